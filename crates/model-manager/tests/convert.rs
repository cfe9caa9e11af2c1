//! Converting a model: whatever fails or ends meanwhile, the record names a whole model.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_domain::{ModelKey, OsRandom, SystemClock};
use invoke_events::Bus;
use invoke_model_manager::{ModelError, ModelSettings, Models};
use invoke_permissions::{Actor, policy};
use invoke_storage::{Database, StorageSettings, models};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

const KEY: &str = "k";

struct Fixture {
    db: Database,
    folder: tempfile::TempDir,
}

/// A checkpoint in the models folder, or in another one.
fn fixture(inside: bool) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let file =
        if inside { folder.path().join("models/k/toy.safetensors") } else { folder.path().join("toy.safetensors") };
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::create_dir_all(folder.path().join("models")).unwrap();
    std::fs::write(&file, "the weights").unwrap();
    let path = if inside { "k/toy.safetensors".to_owned() } else { file.display().to_string() };
    let config = json!({
        "key": KEY, "hash": "blake3:1", "path": path, "file_size": 11, "name": "Toy", "description": "own words",
        "source": "s", "source_type": "path", "type": "main", "format": "checkpoint", "base": "sd-2",
        "variant": "normal", "prediction_type": "v_prediction", "default_settings": { "steps": 7 },
        "trigger_phrases": ["zap"],
    });
    let config = Value::Object(models::kinds::fit(config.as_object().unwrap()).unwrap());
    let grant = policy::manage_model(&Actor::operator(), &KEY.into()).unwrap();
    db.write(|tx| models::insert(tx, &grant, &config)).unwrap();
    Fixture { db, folder }
}

impl Fixture {
    fn models(&self) -> Models {
        let settings = ModelSettings { models_dir: self.folder.path().join("models"), ..ModelSettings::default() };
        Models::new(self.db.clone(), settings, Bus::default(), Arc::new(OsRandom))
    }

    fn record(&self) -> Value {
        self.models().get(&Actor::operator(), &ModelKey::from(KEY)).unwrap().config
    }

    /// All files below the folder.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path.strip_prefix(self.folder.path()).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }
}

/// What a worker makes, as far as headers tell.
fn make(_: &Path, to: &Path) -> Result<(), String> {
    let write = |name: &str, value: Value| {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    };
    write("model_index.json", json!({ "_class_name": "StableDiffusionPipeline" }));
    write("unet/config.json", json!({ "cross_attention_dim": 1024, "in_channels": 4 }));
    write("scheduler/scheduler_config.json", json!({ "_class_name": "PNDMScheduler", "prediction_type": "epsilon" }));
    Ok(())
}

const MADE: [&str; 3] =
    ["models/k/toy/model_index.json", "models/k/toy/scheduler/scheduler_config.json", "models/k/toy/unet/config.json"];

#[test]
fn the_record_names_the_folder_keeps_what_its_owner_said_and_the_file_goes() {
    let fixture = fixture(true);
    let converted = fixture.models().convert(&Actor::operator(), &KEY.into(), make).unwrap().config;
    assert_eq!(fixture.record(), converted);
    let expected = json!({
        "key": KEY, "path": "k/toy", "format": "diffusers", "hash": "blake3:1", "name": "Toy", "description": "own words",
        "prediction_type": "v_prediction", "trigger_phrases": ["zap"], "type": "main", "base": "sd-2", "repo_variant": "",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&converted[field], value, "{field}");
    }
    assert_eq!(converted["default_settings"]["steps"], 7);
    assert!(converted.get("config_path").is_none());
    assert_eq!(fixture.files(), MADE);
    let again = fixture.models().convert(&Actor::operator(), &KEY.into(), make);
    assert!(matches!(again, Err(ModelError::NotConvertible(_))));
}

#[test]
fn a_file_that_was_installed_in_place_stays() {
    let fixture = fixture(false);
    fixture.models().convert(&Actor::operator(), &KEY.into(), make).unwrap();
    assert_eq!(fixture.files(), [&MADE[..], &["toy.safetensors"]].concat());
    assert_eq!(fixture.record()["path"], "k/toy");
}

#[test]
fn what_can_not_be_made_changes_nothing() {
    let fixture = fixture(true);
    let before = fixture.record();
    for failing in [
        |_: &Path, _: &Path| Err("it is no such model".to_owned()),
        |_: &Path, to: &Path| std::fs::write(to.join("half"), "x").map_err(|error| error.to_string()),
    ] {
        let failed = fixture.models().convert(&Actor::operator(), &KEY.into(), failing);
        assert!(failed.is_err(), "{failed:?}");
        assert_eq!(fixture.record(), before);
        assert_eq!(fixture.files(), ["models/k/toy.safetensors"]);
    }
    let user = Actor::run("alice".into(), false);
    assert!(matches!(fixture.models().convert(&user, &KEY.into(), make), Err(ModelError::Denied(_))));
}

#[test]
fn while_a_model_is_converted_nobody_changes_it_and_no_other_is_converted() {
    let fixture = fixture(true);
    let models = fixture.models();
    let (operator, key) = (Actor::operator(), ModelKey::from(KEY));
    let during = |from: &Path, to: &Path| {
        assert!(matches!(models.delete(&operator, &key), Err(ModelError::Busy(_))));
        assert!(matches!(models.reidentify(&operator, &key), Err(ModelError::Busy(_))));
        let other = models.convert(&operator, &"other".into(), make);
        assert!(matches!(other, Err(ModelError::Converting)));
        make(from, to)
    };
    models.convert(&operator, &key, during).unwrap();
    models.delete(&operator, &key).unwrap();
    assert_eq!(fixture.files(), [""; 0]);
}

/// What is on the disk when the program is killed between two steps of a conversion.
fn killed(fixture: &Fixture, renamed: bool, recorded: bool) {
    let models_dir = fixture.folder.path().join("models");
    let scratch = models_dir.join(".convert_tmp/0");
    let place = models_dir.join("k/toy");
    std::fs::create_dir_all(if renamed { &place } else { &scratch }).unwrap();
    make(Path::new(""), if renamed { &place } else { &scratch }).unwrap();
    std::fs::create_dir_all(models_dir.join(".convert_tmp")).unwrap();
    let note = json!({ "key": KEY, "old": "k/toy.safetensors", "new": "k/toy" });
    std::fs::write(models_dir.join(".convert_tmp/0.json"), note.to_string()).unwrap();
    if recorded {
        let mut config = fixture_record(fixture);
        config["path"] = json!("k/toy");
        let grant = policy::manage_model(&Actor::operator(), &KEY.into()).unwrap();
        fixture.db.write(|tx| models::update(tx, &grant, &config)).unwrap();
    }
}

fn fixture_record(fixture: &Fixture) -> Value {
    let facts = invoke_permissions::ModelFacts { key: KEY.into(), restricted_to: None };
    let grant = policy::view_model(&Actor::operator(), &facts).unwrap();
    fixture.db.read(|tx| models::get(tx, &grant)).unwrap().unwrap().config
}

#[test]
fn whenever_the_program_is_killed_the_next_start_leaves_one_whole_model() {
    for (renamed, recorded) in [(false, false), (true, false), (true, true)] {
        let fixture = fixture(true);
        killed(&fixture, renamed, recorded);
        let _models = fixture.models();
        let expected: &[&str] = if recorded { &MADE } else { &["models/k/toy.safetensors"] };
        assert_eq!(fixture.files(), expected, "{renamed} {recorded}");
    }
}

#[test]
fn a_note_that_names_other_files_removes_none() {
    let fixture = fixture(true);
    let outside = fixture.folder.path().join("precious.txt");
    std::fs::write(&outside, "x").unwrap();
    let scratch = fixture.folder.path().join("models/.convert_tmp");
    std::fs::create_dir_all(&scratch).unwrap();
    for (index, new) in ["../precious.txt", outside.to_str().unwrap(), "k/toy.safetensors"].into_iter().enumerate() {
        let note = json!({ "key": KEY, "old": "k/toy.safetensors", "new": new });
        std::fs::write(scratch.join(format!("{index}.json")), note.to_string()).unwrap();
    }
    let _models = fixture.models();
    assert_eq!(fixture.files(), ["models/k/toy.safetensors", "precious.txt"]);
}
