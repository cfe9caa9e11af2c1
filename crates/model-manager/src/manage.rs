//! Changing records, recognising a model anew, models whose files are gone, and models that lie in a folder.
//!
//! Reference: InvokeAI 6.14.2, `app/api/routers/model_manager.py`, `model_records_sql.py` `update_model`,
//! `backend/model_manager/search.py`.

use crate::install::whole_record;
use crate::{ModelError, ModelQuery, Models, identify};
use invoke_domain::{ModelKey, ModelRecord};
use invoke_permissions::{Actor, Grant, Manage, Model, policy};
use invoke_storage::models::{self, ModelOrder, kinds};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Fields of a record that its owner may change. Where the files lie, how large they are and what they hash to is found
/// out, not told.
const EDITABLE: [&str; 14] = [
    "name",
    "description",
    "source",
    "source_url",
    "source_api_response",
    "type",
    "base",
    "format",
    "variant",
    "prediction_type",
    "trigger_phrases",
    "default_settings",
    "cpu_only",
    "config_path",
];
/// What is kept of a record when its model is recognised anew, if it still has such a field.
const KEPT: [&str; 13] = [
    "key",
    "hash",
    "path",
    "file_size",
    "name",
    "description",
    "source",
    "source_type",
    "source_api_response",
    "source_url",
    "cover_image",
    "trigger_phrases",
    "cpu_only",
];
/// Files that make the folder they lie in a model.
const MARKERS: [&str; 5] =
    ["config.json", "model_index.json", "learned_embeds.bin", "pytorch_lora_weights.bin", "image_encoder.txt"];
const WEIGHTS: [&str; 6] = ["ckpt", "bin", "pth", "safetensors", "pt", "gguf"];
/// Folders within folders that are searched.
const MAX_DEPTH: usize = 20;
/// Models a search ends with; a wrong folder should not fill the memory.
const MAX_FOUND: usize = 10_000;

/// A model that a search has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundModel {
    /// Its file or folder, absolute.
    pub path: PathBuf,
    /// Whether it is in the list already.
    pub installed: bool,
}

impl Models {
    /// Changes fields of a record. Others than those that may be changed are passed over.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, or the record would be none of its kind.
    pub fn update(
        &self,
        actor: &Actor,
        key: &ModelKey,
        changes: &Map<String, Value>,
    ) -> Result<ModelRecord, ModelError> {
        let grant = policy::manage_model(actor, key)?;
        let _claim = self.shared.claims.claim(key)?;
        if changes.get("key").is_some_and(|new| new != key.as_str()) {
            return Err(ModelError::KeyChanged);
        }
        let record = self.get(actor, key)?;
        let mut fields = record.config.as_object().cloned().unwrap_or_default();
        for field in EDITABLE {
            fields.extend(changes.get(field).map(|value| (field.to_owned(), value.clone())));
        }
        let config = Value::Object(kinds::fit(&fields)?);
        self.replace(&grant, key, config)
    }

    /// Recognises a model anew: what it is may change, what its owner said about it stays.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, or its files are gone.
    pub fn reidentify(&self, actor: &Actor, key: &ModelKey) -> Result<ModelRecord, ModelError> {
        let grant = policy::manage_model(actor, key)?;
        let _claim = self.shared.claims.claim(key)?;
        let record = self.get(actor, key)?;
        let files = self.files(&record);
        if !files.exists() {
            return Err(ModelError::FilesGone);
        }
        identify::looks_like_model(&files)?;
        let old = record.config.as_object().cloned().unwrap_or_default();
        let kept = KEPT.into_iter().filter_map(|field| Some((field.to_owned(), old.get(field)?.clone())));
        let found = identify::identify(&files, Some(record.name()));
        let config = whole_record(kept.collect(), found);
        self.replace(&grant, key, config)
    }

    fn replace(&self, grant: &Grant<Model, Manage>, key: &ModelKey, config: Value) -> Result<ModelRecord, ModelError> {
        let found = self.shared.db.write(|tx| models::update(tx, grant, &config).map_err(ModelError::from))?;
        if found { Ok(ModelRecord { key: key.clone(), config }) } else { Err(ModelError::NotFound) }
    }

    /// The models that the actor may use and whose files are gone.
    ///
    /// # Errors
    /// When the database fails.
    pub fn missing(&self, actor: &Actor) -> Result<Vec<ModelRecord>, ModelError> {
        let mut records = self.list(actor, &ModelQuery::default(), ModelOrder::Default, false)?;
        records.retain(|record| !self.files(record).exists());
        Ok(records)
    }

    /// The models in a folder and the folders below it, hidden ones left out.
    ///
    /// # Errors
    /// When the caller may not, or the folder can not be searched; which of the reasons is not told.
    pub fn scan(&self, actor: &Actor, folder: Option<&str>) -> Result<Vec<FoundModel>, ModelError> {
        let _ = crate::models::may_install(actor)?;
        let failed = || ModelError::NotScanned(folder.unwrap_or("None").to_owned());
        let path = folder.map(Path::new).filter(|path| path.is_absolute()).ok_or_else(failed)?;
        let path = path.canonicalize().map_err(|_| failed())?;
        self.check_source(&path).map_err(|_| failed())?;
        std::fs::read_dir(&path).map_err(|_| failed())?;
        let installed: HashSet<PathBuf> = self
            .list(actor, &ModelQuery::default(), ModelOrder::Default, false)?
            .iter()
            .map(|record| self.files(record))
            .map(|files| files.canonicalize().unwrap_or(files))
            .collect();
        let mut found = Vec::new();
        search(&path, 0, &mut found);
        found.sort();
        Ok(found.into_iter().map(|path| FoundModel { installed: installed.contains(&path), path }).collect())
    }
}

/// Puts the models below `folder` into `found`.
fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut folders = Vec::new();
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Links to folders are not followed, so there is no way around in circles.
        match entry.file_type() {
            _ if name.starts_with('.') => {}
            Ok(kind) if kind.is_dir() => folders.push(entry.path()),
            Ok(_) if entry.path().is_file() => files.push(name),
            _ => {}
        }
    }
    if files.iter().any(|file| MARKERS.contains(&file.as_str())) {
        found.push(folder.to_owned());
        return;
    }
    let extension =
        |file: &String| Path::new(file).extension().and_then(|extension| extension.to_str()).map(str::to_owned);
    let weights = files.iter().filter(|file| extension(file).is_some_and(|found| WEIGHTS.contains(&found.as_str())));
    found.extend(weights.map(|file| folder.join(file)));
    for folder in folders {
        if depth < MAX_DEPTH && found.len() < MAX_FOUND {
            search(&folder, depth + 1, found);
        }
    }
}
