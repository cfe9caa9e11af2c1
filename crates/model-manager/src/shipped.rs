//! Models that come with the program: their files are in the executable, and are installed once as any other model's are.
//! From then on nothing tells them from others: they are changed and deleted like those, and do not come back by themselves.

use crate::files::{self, recorded_size};
use crate::hash::content_hash;
use crate::install::whole_record;
use crate::{ModelError, Models, identify};
use invoke_domain::{ModelKey, new_uuid};
use invoke_permissions::{Actor, policy};
use invoke_storage::{models, shipped_models};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A model in the executable.
#[derive(Debug, Clone)]
pub struct ShippedModel {
    /// By which it is remembered that it was installed; unlike any other's.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Fields of its record that are not what all models of its kind begin with.
    pub fields: Map<String, Value>,
    /// Paths below the model's folder and their bytes; one alone is a model that is a file.
    pub files: Vec<(&'static str, &'static [u8])>,
    /// Its picture.
    pub cover: Option<&'static [u8]>,
}

impl Models {
    /// Installs those of `shipped` that never were; their keys. One that can not be installed does not keep the others from
    /// it, and is tried again the next time.
    pub fn install_shipped(&self, shipped: &[ShippedModel]) -> Vec<ModelKey> {
        let mut installed = Vec::new();
        for model in shipped {
            match self.install_once(model) {
                Ok(key) => installed.extend(key),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, model = model.name, "a model that comes with the program was not installed");
                }
            }
        }
        installed
    }

    /// `None` for one that was installed before.
    fn install_once(&self, model: &ShippedModel) -> Result<Option<ModelKey>, ModelError> {
        let known = self.shared.db.read(|tx| shipped_models::exists(tx, model.name).map_err(ModelError::from))?;
        if known {
            return Ok(None);
        }
        let key = ModelKey(new_uuid(&*self.shared.random));
        let folder = self.shared.settings.models_dir.join(key.as_str());
        let installed = self.install_in(model, &key, &folder);
        if installed.is_err() {
            // What is there is half a model that no record names.
            let _ = std::fs::remove_dir_all(&folder);
        }
        installed.map(|()| Some(key))
    }

    fn install_in(&self, model: &ShippedModel, key: &ModelKey, folder: &Path) -> Result<(), ModelError> {
        for (path, bytes) in &model.files {
            files::write(&folder.join(path), bytes)?;
        }
        let path = match model.files.as_slice() {
            [(file, _)] => PathBuf::from(key.as_str()).join(file),
            _ => PathBuf::from(key.as_str()),
        };
        let files = self.shared.settings.models_dir.join(&path);
        let unreadable = |source| ModelError::File { action: "reading", path: files.clone(), source };
        let hash = content_hash(&files, self.shared.settings.hashing, &*self.shared.random).map_err(unreadable)?;
        let size = recorded_size(&files).map_err(unreadable)?;
        let common = json!({
            "key": key, "hash": hash, "path": path, "file_size": size, "name": model.title,
            "description": model.description, "source": model.name, "source_type": "path",
        });
        let mut kind = identify::identify(&files, Some(model.title));
        kind.extend(model.fields.clone());
        let config = whole_record(common.as_object().cloned().unwrap_or_default(), kind);
        if let Some(cover) = model.cover {
            self.shared.covers.write(key, cover)?;
        }
        let grant = policy::manage_model(&Actor::operator(), key)?;
        self.shared.db.write(|tx| {
            models::insert(tx, &grant, &config)?;
            shipped_models::insert(tx, &grant, model.name).map_err(ModelError::from)
        })?;
        tracing::info!(model = model.name, %key, "installed a model that comes with the program");
        Ok(())
    }
}
