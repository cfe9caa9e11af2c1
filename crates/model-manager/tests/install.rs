//! Installing, listing and removing models, against the reference's own record of the same folder.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_domain::{ModelKey, OsRandom, SystemClock};
use invoke_events::{Bus, Event};
use invoke_model_manager::{InstallJob, InstallStatus, ModelError, ModelOrder, ModelQuery, ModelSettings, Models};
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

fn fixture(source_dirs: Option<Vec<PathBuf>>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let bus = Bus::default();
    let settings = ModelSettings {
        models_dir: folder.path().join("models"),
        source_dirs,
        allow_unknown: true,
        ..ModelSettings::default()
    };
    let models = Models::new(db, settings, bus.clone(), Arc::new(OsRandom));
    Fixture { models, bus, folder }
}

fn tiny_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/models/tiny-sd15").canonicalize().unwrap()
}

fn copy_of_the_tiny_model(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(tiny_model().join(".")).arg(to).status().unwrap();
    assert!(copied.success());
}

impl Fixture {
    /// Installs and waits for the end.
    fn install(&self, source: &Path, inplace: bool) -> InstallJob {
        self.install_as(source, inplace, json!({}))
    }

    /// The same with fields of the record as its owner wants them.
    fn install_as(&self, source: &Path, inplace: bool, changes: Value) -> InstallJob {
        let changes = changes.as_object().unwrap().clone();
        let mut events = self.bus.subscribe();
        let job = self.models.install_local(&Actor::operator(), source.to_str().unwrap(), inplace, changes).unwrap();
        loop {
            match &*events.blocking_recv().unwrap() {
                Event::InstallComplete { job: id, .. } | Event::InstallFailed { job: id, .. } if *id == job.id => break,
                _ => {}
            }
        }
        self.models.job(&Actor::operator(), job.id).unwrap()
    }
}

#[test]
fn a_diffusers_folder_gets_the_record_the_reference_makes() {
    let fixture = fixture(None);
    let job = fixture.install(&tiny_model(), true);
    assert_eq!((job.status, job.failure.clone()), (InstallStatus::Completed, None));
    let mut record = job.config.unwrap();
    let key = ModelKey::from(record["key"].as_str().unwrap());
    assert_eq!(fixture.models.get(&Actor::operator(), &key).unwrap().config, record);
    assert_eq!((&record["path"], &record["source"]), (&json!(tiny_model()), &json!(tiny_model())));
    assert!(record["file_size"].as_u64().unwrap() >= job.total_bytes && job.total_bytes > 1_000_000);
    for field in ["key", "path", "source", "file_size"] {
        record.as_object_mut().unwrap().shift_remove(field);
    }
    let reference: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/models/tiny-sd15-record.json")).unwrap();
    assert_eq!(record.to_string(), reference.to_string());
}

#[test]
fn the_same_folder_is_not_installed_twice() {
    let fixture = fixture(None);
    fixture.install(&tiny_model(), true);
    let failure = fixture.install(&tiny_model(), true).failure.unwrap();
    let message = format!("A model with path '{}' is already installed", tiny_model().display());
    assert_eq!((failure.kind.as_str(), failure.message), ("DuplicateModelException", message));
    assert_eq!(
        fixture.models.list(&Actor::operator(), &ModelQuery::default(), ModelOrder::Default, false).unwrap().len(),
        1
    );
}

#[test]
fn a_model_can_be_moved_into_the_models_folder_and_goes_with_its_record() {
    let fixture = fixture(None);
    let source = fixture.folder.path().join("downloads/mine");
    copy_of_the_tiny_model(&source);
    let record = fixture.install(&source, false).config.unwrap();
    let key = ModelKey::from(record["key"].as_str().unwrap());
    let installed = fixture.models.get(&Actor::operator(), &key).unwrap();
    let files = fixture.models.files(&installed);
    assert_eq!((record["path"].as_str().unwrap(), record["name"].as_str().unwrap()), (key.as_str(), "mine"));
    assert!(files.join("model_index.json").exists() && !source.exists());
    fixture.models.delete(&Actor::operator(), &key).unwrap();
    assert!(!files.exists());
    assert!(matches!(fixture.models.get(&Actor::operator(), &key), Err(ModelError::NotFound)));
}

#[test]
fn files_installed_in_place_outlive_their_record() {
    let fixture = fixture(None);
    let source = fixture.folder.path().join("mine");
    copy_of_the_tiny_model(&source);
    let record = fixture.install(&source, true).config.unwrap();
    fixture.models.delete(&Actor::operator(), &ModelKey::from(record["key"].as_str().unwrap())).unwrap();
    assert!(source.join("model_index.json").exists());
}

/// A safetensors file of one tensor.
fn weights(file: &Path, tensor: &str, shape: &str, bytes: u64) {
    let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":{shape},"data_offsets":[0,{bytes}]}}}}"#);
    let mut content = (header.len() as u64).to_le_bytes().to_vec();
    content.extend_from_slice(header.as_bytes());
    content.resize(content.len() + usize::try_from(bytes).unwrap(), 0);
    std::fs::write(file, content).unwrap();
}

#[test]
fn a_single_file_moves_into_a_folder_of_its_own() {
    let fixture = fixture(None);
    let source = fixture.folder.path().join("easynegative.safetensors");
    weights(&source, "emb_params", "[1,768]", 768);
    let record = fixture.install(&source, false).config.unwrap();
    let key = record["key"].as_str().unwrap();
    assert_eq!(record["path"], format!("{key}/easynegative.safetensors"));
    assert_eq!(
        (&record["name"], &record["type"], &record["base"]),
        (&json!("easynegative"), &json!("embedding"), &json!("sd-1"))
    );
    let installed = fixture.models.get(&Actor::operator(), &ModelKey::from(key)).unwrap();
    assert!(fixture.models.files(&installed).is_file() && !source.exists());
    fixture.models.delete(&Actor::operator(), &ModelKey::from(key)).unwrap();
    assert!(!fixture.folder.path().join("models").join(key).exists());
}

#[test]
fn who_installs_a_model_may_name_it_and_say_what_it_is_but_not_make_it_something_else() {
    let fixture = fixture(None);
    let file = fixture.folder.path().join("a.safetensors");
    weights(&file, "emb_params", "[1,768]", 768);
    let record = fixture.install_as(
        &file,
        true,
        json!({ "name": "Mine", "description": "of mine", "base": "sd-1", "key": "own" }),
    );
    let record = record.config.unwrap();
    assert_eq!(
        (&record["name"], &record["description"], &record["key"]),
        (&json!("Mine"), &json!("of mine"), &json!("own"))
    );
    let other = fixture.folder.path().join("b.safetensors");
    weights(&other, "emb_params", "[1,768]", 768);
    let record = fixture.install_as(&other, true, json!({ "base": "sdxl" })).config.unwrap();
    assert_eq!((&record["type"], &record["base"]), (&json!("unknown"), &json!("unknown")));
    let changes = json!({ "key": "../outside" }).as_object().unwrap().clone();
    let outside = fixture.models.install_local(&Actor::operator(), file.to_str().unwrap(), false, changes).unwrap_err();
    assert_eq!(outside.to_string(), "Invalid model key '../outside': it must be a plain filename");
    assert!(file.exists());
}

#[test]
fn what_nobody_knows_is_installed_as_unknown_unless_that_is_not_allowed() {
    let mut fixture = fixture(None);
    let file = fixture.folder.path().join("not-a-model.safetensors");
    std::fs::write(&file, "no header at all").unwrap();
    let record = fixture.install(&file, true).config.unwrap();
    assert_eq!(
        (&record["type"], &record["format"], &record["base"]),
        (&json!("unknown"), &json!("unknown"), &json!("unknown"))
    );

    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let settings = ModelSettings { models_dir: fixture.folder.path().join("models"), ..ModelSettings::default() };
    fixture.models = Models::new(db, settings, fixture.bus.clone(), Arc::new(OsRandom));
    let failure = fixture.install(&file, true).failure.unwrap();
    let message = format!("Could not identify model for {}", file.display());
    assert_eq!((failure.kind.as_str(), failure.message), ("InvalidModelConfigException", message));
}

#[test]
fn what_can_be_no_model_is_named_with_what_was_expected() {
    let fixture = fixture(None);
    let folder = fixture.folder.path().join("not-a-model");
    std::fs::create_dir_all(&folder).unwrap();
    let told = fixture.install(&folder, true).failure.unwrap();
    assert_eq!(told.kind, "ValueError");
    assert!(told.message.starts_with("No model files or config files found in directory"), "{told:?}");
}

#[test]
fn sources_that_are_not_there_or_not_allowed_are_refused_at_once() {
    let elsewhere = tempfile::tempdir().unwrap();
    let fixture = fixture(Some(vec![elsewhere.path().to_owned()]));
    let install =
        |source: &str| fixture.models.install_local(&Actor::operator(), source, true, Map::new()).unwrap_err();
    assert_eq!(install("/does/not/exist").to_string(), "Unsupported model source: '/does/not/exist'");
    assert!(matches!(install("relative/path"), ModelError::UnsupportedSource(_)));
    assert!(matches!(install(tiny_model().to_str().unwrap()), ModelError::OutsideSources(_)));
    let person = Actor::run("someone".into(), false);
    assert!(matches!(fixture.models.install_local(&person, "/", true, Map::new()), Err(ModelError::Denied(_))));
    assert!(matches!(fixture.models.jobs(&person), Err(ModelError::Denied(_))));
}

#[test]
fn listings_are_narrowed_by_base_kind_name_and_format() {
    let fixture = fixture(None);
    fixture.install(&tiny_model(), true);
    let count =
        |query: ModelQuery| fixture.models.list(&Actor::operator(), &query, ModelOrder::Default, false).unwrap().len();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(count(ModelQuery { bases: vec!["sdxl".into(), "sd-1".into()], ..Default::default() }), 1);
    assert_eq!(count(ModelQuery { bases: vec!["sdxl".into()], ..Default::default() }), 0);
    assert_eq!(count(ModelQuery { kind: text("main"), format: text("diffusers"), ..Default::default() }), 1);
    assert_eq!(count(ModelQuery { name: text("another"), ..Default::default() }), 0);
}
