//! From a main model that is one file to the same as a folder in the layout of diffusers.
//!
//! A worker makes the folder in a scratch place; here it becomes the model: its record names the folder, and the file goes.
//! Whenever the program ends, the record names one of the two, whole; what is left of the other goes at the next start, by a
//! note beside the scratch place.
//!
//! Reference: InvokeAI 6.14.2, `convert_model` in `app/api/routers/model_manager.py`. `// differs:` the key stays, so that
//! what names the model goes on working.

use crate::files::{self, is_contained, recorded_size, sync_folder};
use crate::install::own_files;
use crate::models::Shared;
use crate::orphaned::SCRATCH;
use crate::{ModelError, Models, identify};
use invoke_domain::{ModelKey, ModelRecord, new_uuid};
use invoke_permissions::{Actor, policy};
use invoke_storage::models::{self, kinds};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Bases whose single files can be converted.
const BASES: [&str; 4] = ["sd-1", "sd-2", "sdxl", "sdxl-refiner"];
const SCHEDULER: &str = "scheduler/scheduler_config.json";

/// Which model is about to change place.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    key: String,
    /// Paths as records have them.
    old: String,
    new: String,
}

impl Models {
    /// Converts a main model that is one file. `make` makes the folder out of the file; both are its arguments, the folder is
    /// there and empty.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, it is no such model, another conversion is under way, or `make`
    /// can not do it.
    pub fn convert(
        &self,
        actor: &Actor,
        key: &ModelKey,
        make: impl FnOnce(&Path, &Path) -> Result<(), String>,
    ) -> Result<ModelRecord, ModelError> {
        let grant = policy::manage_model(actor, key)?;
        let _turn = self.shared.conversion.try_lock().ok_or(ModelError::Converting)?;
        let _claim = self.shared.claims.claim(key)?;
        let record = self.get(actor, key)?;
        let is_file = record.kind() == "main" && record.format() == "checkpoint" && BASES.contains(&record.base());
        if !is_file || !is_contained(key.as_str()) {
            return Err(ModelError::NotConvertible(key.clone()));
        }
        let file = self.files(&record);
        if !file.is_file() {
            return Err(ModelError::FilesGone);
        }
        let models_dir = &self.shared.settings.models_dir;
        let scratch = Scratch::new(models_dir.join(SCRATCH).join(new_uuid(&*self.shared.random)))?;
        make(&file, &scratch.folder).map_err(ModelError::NotConverted)?;
        settle_prediction(&scratch.folder, &record)?;
        sync_all(&scratch.folder)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let new = format!("{key}/{stem}");
        let config = self.converted(&record, &scratch.folder, &new)?;
        let place = models_dir.join(&new);
        if place.exists() {
            return Err(ModelError::NotConverted(format!("`{}` is there already", place.display())));
        }
        let note = Note { key: key.to_string(), old: record.path().to_owned(), new };
        scratch.note(&note)?;
        let changed = self.shared.db.write(|tx| {
            if !models::update(tx, &grant, &config)? {
                return Err(ModelError::NotFound);
            }
            let parent = place.parent().unwrap_or(models_dir);
            fs::create_dir_all(parent).map_err(files::failed("making", parent))?;
            fs::rename(&scratch.folder, &place).map_err(files::failed("renaming to", &place))?;
            sync_folder(parent)
        });
        // Of file and folder the one goes that the record does not name; files that were installed in place stay.
        let settled = settle(&self.shared, &note).and_then(|()| files::remove(&scratch.note_path()));
        if let Err(error) = settled {
            // The note stays: the next start tries again.
            tracing::warn!(error = &error as &dyn std::error::Error, "what a conversion left was not removed");
        }
        changed?;
        Ok(ModelRecord { key: key.clone(), config })
    }

    /// The record of a model that became the folder `made`: what it is said to be stays, what it is follows the folder.
    fn converted(&self, record: &ModelRecord, made: &Path, path: &str) -> Result<Value, ModelError> {
        let mut found = identify::identify(made, Some(record.name()));
        let same = found["type"] == "main" && found["format"] == "diffusers" && found["base"] == record.base();
        if !same {
            return Err(ModelError::NotConverted("the result is not recognised".to_owned()));
        }
        // As the owner wants them.
        found.shift_remove("default_settings");
        let mut fields = record.config.as_object().cloned().unwrap_or_default();
        fields.extend(found);
        fields.insert("path".to_owned(), path.into());
        let size = recorded_size(made).map_err(files::failed("reading", made))?;
        fields.insert("file_size".to_owned(), size.into());
        Ok(Value::Object(kinds::fit(&fields)?))
    }
}

/// What a model predicts is noted in its record, since its weights do not tell.
fn settle_prediction(folder: &Path, record: &ModelRecord) -> Result<(), ModelError> {
    let Some(prediction) = record.config["prediction_type"].as_str() else { return Ok(()) };
    let path = folder.join(SCHEDULER);
    let bytes = fs::read(&path).map_err(files::failed("reading", &path))?;
    let mut config: Value = serde_json::from_slice(&bytes)
        .map_err(|error| ModelError::NotConverted(format!("the configuration of its scheduler is broken: {error}")))?;
    config["prediction_type"] = prediction.into();
    fs::write(&path, format!("{config:#}\n")).map_err(files::failed("writing", &path))
}

/// Makes all files and names below a folder durable.
fn sync_all(folder: &Path) -> Result<(), ModelError> {
    for entry in files::entries(folder).map_err(files::failed("reading", folder))? {
        if entry.is_dir() {
            sync_folder(&entry)?;
        } else {
            let synced = fs::File::open(&entry).and_then(|file| file.sync_all());
            synced.map_err(files::failed("syncing", &entry))?;
        }
    }
    sync_folder(folder)
}

/// A folder that goes when it is not needed any more; the note beside it goes when everything is settled.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn new(folder: PathBuf) -> Result<Self, ModelError> {
        fs::create_dir_all(&folder).map_err(files::failed("making", &folder))?;
        Ok(Self { folder })
    }

    fn note_path(&self) -> PathBuf {
        self.folder.with_extension("json")
    }

    fn note(&self, note: &Note) -> Result<(), ModelError> {
        files::write(&self.note_path(), serde_json::json!(note).to_string().as_bytes())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = files::remove(&self.folder) {
            tracing::warn!(error = &error as &dyn std::error::Error, "what a conversion needed was not removed");
        }
    }
}

/// Puts in order what conversions left when the program was ended: of file and folder the one goes that no record names.
pub(crate) fn recover(shared: &Shared) {
    let folder = shared.settings.models_dir.join(SCRATCH);
    let Ok(entries) = fs::read_dir(&folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let note = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Note>(&bytes).ok());
        let settled = note.map_or(Ok(()), |note| settle(shared, &note)).and_then(|()| files::remove(&path));
        if let Err(error) = settled {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(path = %path.display(), error, "what a conversion left was not put in order");
        }
    }
}

fn settle(shared: &Shared, note: &Note) -> Result<(), ModelError> {
    let key = ModelKey::from(note.key.as_str());
    let found = shared.db.read(|tx| crate::models::find(tx, &Actor::operator(), &key))?;
    let Some(record) = found else { return Ok(()) };
    let at = |path: &str| ModelRecord { key: key.clone(), config: serde_json::json!({ "path": path }) };
    let gone = if record.path() == note.new { &note.old } else { &note.new };
    // A note is a file, and says what it says: only what lies in the models folder and is not the model's goes.
    if gone == record.path() || own_files(&shared.settings.models_dir, &at(gone)).is_none() {
        return Ok(());
    }
    files::remove(&shared.settings.models_dir.join(gone))
}
