//! Models that come with the program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_domain::{OsRandom, SystemClock};
use invoke_events::Bus;
use invoke_model_manager::{ModelOrder, ModelQuery, ModelSettings, Models, ShippedModel};
use invoke_permissions::Actor;
use invoke_storage::{Database, StorageSettings};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn models(models_dir: &Path) -> Models {
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let settings =
        ModelSettings { models_dir: models_dir.to_owned(), source_dirs: Some(Vec::new()), ..ModelSettings::default() };
    Models::new(db, settings, Bus::default(), Arc::new(OsRandom))
}

fn records(models: &Models) -> Vec<Value> {
    let all = models.list(&Actor::operator(), &ModelQuery::default(), ModelOrder::Default, false).unwrap();
    all.into_iter().map(|record| record.config).collect()
}

/// The tiny model as the executable would hold it.
fn tiny_model() -> ShippedModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/models/tiny-sd15");
    let mut files: Vec<(&'static str, &'static [u8])> = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in std::fs::read_dir(folder.join(&below)).unwrap().flatten() {
            let path = below.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else {
                files.push((path.to_str().unwrap().to_owned().leak(), std::fs::read(entry.path()).unwrap().leak()));
            }
        }
    }
    let fields = json!({ "default_settings": { "width": 64, "height": 64, "steps": 20 } });
    ShippedModel {
        name: "tiny",
        title: "Tiny",
        description: "For tests.",
        fields: fields.as_object().unwrap().clone(),
        files,
        cover: Some(include_bytes!("../../../starter/card/starter.webp")),
    }
}

#[test]
fn it_is_installed_once_like_any_other_and_deleted_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(folder.path());
    let installed = models.install_shipped(&[tiny_model()]);
    let found = records(&models);
    assert_eq!((installed.len(), found.len()), (1, 1));
    let (record, key) = (&found[0], &installed[0]);
    assert_eq!(
        json!([record["type"], record["base"], record["format"], record["name"], record["path"]]),
        json!(["main", "sd-1", "diffusers", "Tiny", key])
    );
    let settings = &record["default_settings"];
    assert_eq!((&settings["width"], &settings["steps"], &settings["vae"]), (&json!(64), &json!(20), &Value::Null));
    let cover = folder.path().join("model_images").join(format!("{key}.webp"));
    assert!(std::fs::read(cover).unwrap().starts_with(b"RIFF"));
    let unet = "unet/diffusion_pytorch_model.safetensors";
    assert!(folder.path().join(key.as_str()).join(unet).exists());

    assert_eq!(models.install_shipped(&[tiny_model()]), [], "it is there already");
    models.delete(&Actor::operator(), key).unwrap();
    assert!(!folder.path().join(key.as_str()).exists());
    assert_eq!(models.install_shipped(&[tiny_model()]), [], "it came back by itself");
    assert_eq!(records(&models), [] as [Value; 0]);
}

#[test]
fn one_that_can_not_be_written_leaves_nothing_and_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let models_dir = folder.path().join("models");
    std::fs::write(&models_dir, "a file where the folder should be").unwrap();
    let models = models(&models_dir);
    assert_eq!(models.install_shipped(&[tiny_model()]), []);
    assert_eq!(records(&models), [] as [Value; 0]);
    std::fs::remove_file(&models_dir).unwrap();
    assert_eq!(models.install_shipped(&[tiny_model()]).len(), 1);
}
