//! Changing, recognising anew, finding and missing models.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_domain::{ModelKey, OsRandom, SystemClock};
use invoke_events::{Bus, Event};
use invoke_model_manager::{InstallStatus, ModelError, ModelSettings, Models};
use invoke_permissions::Actor;
use invoke_storage::{Database, StorageSettings};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Fixture {
    models: Models,
    bus: Bus,
    folder: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let bus = Bus::default();
    let source_dirs = Some(vec![folder.path().to_owned()]);
    let settings = ModelSettings {
        models_dir: folder.path().join("models"),
        source_dirs,
        allow_unknown: true,
        ..ModelSettings::default()
    };
    let models = Models::new(db, settings, bus.clone(), Arc::new(OsRandom));
    Fixture { models, bus, folder }
}

impl Fixture {
    /// A file of one tensor.
    fn file(&self, name: &str, tensor: &str, width: usize) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":[4,{width}],"data_offsets":[0,{}]}}}}"#, 4 * width);
        let mut content = (header.len() as u64).to_le_bytes().to_vec();
        content.extend_from_slice(header.as_bytes());
        content.resize(content.len() + 4 * width, 0);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// Installs a LoRA in place.
    fn lora(&self, name: &str) -> ModelKey {
        let file = self.file(
            name,
            "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight",
            768,
        );
        self.install(&file)
    }

    fn install(&self, file: &Path) -> ModelKey {
        let mut events = self.bus.subscribe();
        self.models.install_local(&Actor::operator(), file.to_str().unwrap(), true, Map::new()).unwrap();
        loop {
            match &*events.blocking_recv().unwrap() {
                Event::InstallComplete { key, .. } => return ModelKey::from(key.as_str()),
                Event::InstallFailed { failure, .. } => panic!("{failure:?}"),
                _ => {}
            }
        }
    }

    fn update(&self, key: &ModelKey, changes: Value) -> Result<Value, ModelError> {
        let changes = changes.as_object().unwrap();
        self.models.update(&Actor::operator(), key, changes).map(|record| record.config)
    }
}

#[test]
fn what_may_be_changed_is_changed_and_the_rest_stays() {
    let fixture = fixture();
    let key = fixture.lora("a.safetensors");
    let before = fixture.models.get(&Actor::operator(), &key).unwrap().config;
    let changes =
        json!({ "description": "patched", "trigger_phrases": ["zap"], "default_settings": { "weight": 0.6 } });
    let record = fixture.update(&key, changes).unwrap();
    assert_eq!((&record["description"], &record["trigger_phrases"]), (&json!("patched"), &json!(["zap"])));
    assert_eq!(record["default_settings"], json!({ "weight": 0.6, "weight_min": null, "weight_max": null }));
    assert_eq!(fixture.models.get(&Actor::operator(), &key).unwrap().config, record);
    let whole = fixture.update(&key, before.clone()).unwrap();
    assert_eq!(whole.to_string(), before.to_string(), "the whole record sent back");
    let elsewhere = json!({ "path": "/etc", "hash": "x", "file_size": 1, "unheard_of": true });
    assert_eq!(fixture.update(&key, elsewhere).unwrap().to_string(), before.to_string());
}

#[test]
fn changes_that_make_no_record_are_refused() {
    let fixture = fixture();
    let key = fixture.lora("a.safetensors");
    assert!(matches!(fixture.update(&key, json!({ "key": "other" })), Err(ModelError::KeyChanged)));
    assert!(fixture.update(&key, json!({ "key": key.as_str() })).is_ok());
    for wrong in [
        json!({ "default_settings": { "weight": 9 } }),
        json!({ "default_settings": { "colour": "red" } }),
        json!({ "base": "sd-9" }),
        json!({ "source_url": "javascript:alert(1)" }),
        json!({ "name": null }),
    ] {
        assert!(matches!(fixture.update(&key, wrong.clone()), Err(ModelError::Misfit(_))), "{wrong}");
    }
    let nobody = ModelKey::from("nope");
    assert!(matches!(fixture.update(&nobody, json!({})), Err(ModelError::NotFound)));
    let person = Actor::run("someone".into(), false);
    assert!(matches!(fixture.models.update(&person, &key, &Map::new()), Err(ModelError::Denied(_))));
}

#[test]
fn a_model_recognised_anew_keeps_what_its_owner_said_of_it() {
    let fixture = fixture();
    let key = fixture.lora("a.safetensors");
    fixture.update(&key, json!({ "name": "Mine", "trigger_phrases": ["zap"], "base": "sdxl" })).unwrap();
    let record = fixture.models.reidentify(&Actor::operator(), &key).unwrap().config;
    assert_eq!((&record["name"], &record["base"]), (&json!("Mine"), &json!("sd-1")));
    assert_eq!((&record["trigger_phrases"], &record["key"]), (&json!(["zap"]), &json!(key.as_str())));
    // Its file is another one now.
    fixture.file("a.safetensors", "emb_params", 1280);
    let record = fixture.models.reidentify(&Actor::operator(), &key).unwrap().config;
    assert_eq!((&record["type"], &record["base"]), (&json!("embedding"), &json!("sdxl")));
    assert!(record.get("trigger_phrases").is_none());
    std::fs::remove_file(fixture.folder.path().join("a.safetensors")).unwrap();
    let gone = fixture.models.reidentify(&Actor::operator(), &key);
    assert!(matches!(gone, Err(ModelError::FilesGone)));
}

#[test]
fn models_whose_files_are_gone_are_listed() {
    let fixture = fixture();
    let (stays, goes) = (fixture.lora("a.safetensors"), fixture.lora("b.safetensors"));
    assert_eq!(fixture.models.missing(&Actor::operator()).unwrap(), []);
    std::fs::remove_file(fixture.folder.path().join("b.safetensors")).unwrap();
    let missing: Vec<ModelKey> =
        fixture.models.missing(&Actor::operator()).unwrap().into_iter().map(|record| record.key).collect();
    assert_eq!((missing.as_slice(), missing.contains(&stays)), ([goes].as_slice(), false));
}

#[test]
fn a_folder_is_searched_for_models_and_those_installed_are_marked() {
    let fixture = fixture();
    let root = fixture.folder.path().join("downloads");
    fixture.lora("downloads/deep/er/lora.safetensors");
    fixture.file("downloads/other.safetensors", "x", 8);
    std::fs::write(root.join("notes.txt"), "").unwrap();
    fixture.file("downloads/.hidden/secret.safetensors", "x", 8);
    fixture.file("downloads/sd/unet/weights.safetensors", "x", 8);
    std::fs::write(root.join("sd/model_index.json"), "{}").unwrap();
    let found = fixture.models.scan(&Actor::operator(), root.to_str()).unwrap();
    let root = root.canonicalize().unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|model| (model.path.strip_prefix(&root).unwrap().to_str().unwrap(), model.installed))
        .collect();
    assert_eq!(found, [("deep/er/lora.safetensors", true), ("other.safetensors", false), ("sd", false)]);
}

#[test]
fn a_folder_that_can_not_or_may_not_be_searched_is_refused_without_saying_which() {
    let fixture = fixture();
    let refused = |folder: Option<&str>| fixture.models.scan(&Actor::operator(), folder).unwrap_err().to_string();
    assert_eq!(refused(Some("/does/not/exist")), "The search path '/does/not/exist' could not be scanned");
    assert_eq!(refused(Some("/")), "The search path '/' could not be scanned", "outside `model_source_dirs`");
    assert_eq!(refused(Some("relative")), "The search path 'relative' could not be scanned");
    assert_eq!(refused(None), "The search path 'None' could not be scanned");
    let person = Actor::run("someone".into(), false);
    assert!(matches!(fixture.models.scan(&person, Some("/")), Err(ModelError::Denied(_))));
}

#[test]
fn an_installation_that_has_ended_is_not_called_off() {
    let fixture = fixture();
    fixture.lora("a.safetensors");
    fixture.models.cancel_job(&Actor::operator(), 0).unwrap();
    assert_eq!(fixture.models.job(&Actor::operator(), 0).unwrap().status, InstallStatus::Completed);
    assert!(matches!(fixture.models.cancel_job(&Actor::operator(), 9), Err(ModelError::NoSuchJob(9))));
}
