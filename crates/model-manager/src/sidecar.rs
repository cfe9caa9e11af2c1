//! What lies beside a LoRA under its name: a description and trigger phrases as JSON, and a picture.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/util/lora_metadata_extractor.py`. Files beside a LoRA come from the
//! collections people keep for other programs; what can not be read is passed over.

use crate::covers::{COVER_LIMIT, Covers};
use invoke_domain::ModelKey;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Endings of pictures, the first that is there counts.
const PICTURES: [&str; 4] = ["png", "jpg", "jpeg", "webp"];
/// Longest JSON that is read.
const JSON_LIMIT: usize = 1 << 20;

/// Shows the picture beside a LoRA at `path` with its record, which is there by now. Other models get none.
pub(crate) fn show(record: &Value, path: &Path, covers: &Covers) {
    let Some(key) = record["key"].as_str().filter(|_| record["type"] == "lora") else { return };
    let shown = picture(path).map_or(Ok(()), |picture| covers.write(&ModelKey::from(key), &picture));
    if let Err(error) = shown {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(path = %path.display(), error, "the picture beside a LoRA is not shown");
    }
}

/// Takes over into the record of a LoRA at `path` what the JSON beside it says. Other models are left as they are.
pub(crate) fn describe(record: &mut Value, path: &Path) {
    if record["type"] != "lora" {
        return;
    }
    let Some(said) = read(&path.with_extension("json"), JSON_LIMIT) else { return };
    let Ok(said) = serde_json::from_slice::<Map<String, Value>>(&said) else {
        tracing::warn!(path = %path.display(), "the JSON beside a LoRA is not an object");
        return;
    };
    if let Some(description) = description(&said) {
        record["description"] = description.into();
    }
    if let Some(phrases) = trigger_phrases(&said) {
        record["trigger_phrases"] = phrases.into();
    }
}

/// The picture beside a file.
fn picture(path: &Path) -> Option<Vec<u8>> {
    let found = PICTURES.iter().map(|ending| path.with_extension(ending)).find(|file| file.exists())?;
    read(&found, COVER_LIMIT)
}

/// A file of at most `limit` bytes.
fn read(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limit as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= limit).then_some(bytes)
}

/// A field's text as Python would print it; what is empty, zero or absent counts as nothing.
fn text(said: &Map<String, Value>, field: &str) -> Option<String> {
    match said.get(field)? {
        Value::String(text) => (!text.is_empty()).then(|| text.trim().to_owned()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string()),
        _ => None,
    }
}

fn description(said: &Map<String, Value>) -> Option<String> {
    let parts: Vec<String> = ["description", "notes"].into_iter().filter_map(|field| text(said, field)).collect();
    Some(parts.join(" | ")).filter(|description| !description.is_empty())
}

/// The phrases that wake the LoRA, each once.
fn trigger_phrases(said: &Map<String, Value>) -> Option<Vec<String>> {
    let mut phrases: Vec<String> = Vec::new();
    for phrase in text(said, "activation text")?.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
        if !phrases.iter().any(|known| known == phrase) {
            phrases.push(phrase.to_owned());
        }
    }
    (!phrases.is_empty()).then_some(phrases)
}

#[cfg(test)]
mod tests;
