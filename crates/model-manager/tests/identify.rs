//! Each kind of model is what the reference takes it for.
//!
//! The cases, tiny files with the names that real ones have, and the records are made by
//! `xtask/fixtures/identified_models.py`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::ZlibDecoder;
use invoke_model_manager::identify::{self, NotAModel};
use invoke_storage::models::kinds;
use serde_json::{Map, Value, json};
use std::io::{Read, Write};
use std::path::Path;

/// Writes a file as the fixture says it.
fn write(path: &Path, content: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let (kind, value) = content.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "json" => std::fs::write(path, value.to_string()).unwrap(),
        "text" => std::fs::write(path, value.as_str().unwrap()).unwrap(),
        "zlib" => {
            let compressed = BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
            let mut bytes = Vec::new();
            ZlibDecoder::new(&*compressed).read_to_end(&mut bytes).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        "safetensors" => safetensors(path, value.as_object().unwrap(), content.get("metadata")),
        other => panic!("a file of kind {other}"),
    }
}

/// A file of zeros, none of which take room on the disk.
fn safetensors(path: &Path, tensors: &Map<String, Value>, metadata: Option<&Value>) {
    let mut header = Map::new();
    header.extend(metadata.map(|metadata| ("__metadata__".to_owned(), metadata.clone())));
    let mut at = 0;
    for (name, shape) in tensors {
        let elements: u64 = shape.as_array().unwrap().iter().map(|length| length.as_u64().unwrap()).product();
        let entry = json!({ "dtype": "F16", "shape": shape, "data_offsets": [at, at + 2 * elements] });
        header.insert(name.clone(), entry);
        at += 2 * elements;
    }
    let header = Value::Object(header).to_string();
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.set_len(8 + header.len() as u64 + at).unwrap();
}

/// The record of a file, as far as it depends on what it is.
fn record(path: &Path) -> String {
    let name = identify::name_of(path);
    let mut record = json!({
        "key": "k", "hash": "h", "path": "p", "file_size": 1, "name": name, "source": "s", "source_type": "path",
    });
    let record = record.as_object_mut().unwrap();
    record.extend(identify::identify(path, None));
    let mut fitted = kinds::fit(record).unwrap();
    for field in ["key", "hash", "path", "file_size", "source"] {
        fitted.shift_remove(field);
    }
    Value::Object(fitted).to_string()
}

#[test]
fn every_kind_of_model_is_what_the_reference_takes_it_for() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../../../tests/fixtures/models/kinds.json")).unwrap();
    assert!(cases.len() >= 240);
    let mut wrong = Vec::new();
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        for (file, content) in case["files"].as_object().unwrap() {
            write(&folder.path().join(file), content);
        }
        let path = folder.path().join(case["entry"].as_str().unwrap());
        identify::looks_like_model(&path).unwrap();
        let here = folder.path().canonicalize().unwrap().display().to_string();
        let found = record(&path).replace(&here, "{{FOLDER}}");
        let expected = case["record"].to_string();
        if found != expected {
            wrong.push(format!("{}\n  expected {expected}\n  got      {found}", case["case"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_can_be_no_model_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "").unwrap();
    assert_eq!(identify::looks_like_model(&file), Err(NotAModel::Extension(".txt".into())));
    let message = identify::looks_like_model(folder.path()).unwrap_err().to_string();
    assert!(message.starts_with("No model files or config files found in directory"), "{message}");
    for index in 0..51 {
        std::fs::write(folder.path().join(format!("{index}.safetensors")), "").unwrap();
    }
    assert_eq!(identify::looks_like_model(folder.path()), Err(NotAModel::TooManyFiles));
    std::fs::write(folder.path().join("model_index.json"), r#"{"_class_name": "StableDiffusionPipeline"}"#).unwrap();
    assert_eq!(identify::looks_like_model(folder.path()), Ok(()));
}

#[test]
fn huge_and_broken_configurations_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), "[1, 2").unwrap();
    assert_eq!(identify::identify(folder.path(), None), identify::unknown());
    let file = std::fs::File::create(folder.path().join("config.json")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(identify::identify(folder.path(), None), identify::unknown());
}
