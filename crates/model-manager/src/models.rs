//! The records, and the way to a record's files.

use crate::claims::Claims;
use crate::convert;
use crate::covers::Covers;
use crate::download::{DownloadSettings, Http};
use crate::hub::{HUB, HubToken};
use crate::install::{self, CIVITAI, Engine, Installer, Jobs};
use crate::{HashAlgorithm, ModelError, files};
use invoke_domain::{ModelKey, ModelRecord, Random};
use invoke_events::Bus;
use invoke_permissions::{Actor, Grant, Manage, Model, policy};
use invoke_storage::Database;
use invoke_storage::models::{self, ModelFilter, ModelOrder};
use invoke_storage::{ReadTx, model_access};
use parking_lot::Mutex;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use tokio::sync::Semaphore;

/// Where models lie and may come from.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// Installed models, absolute.
    pub models_dir: PathBuf,
    /// The only folders models may be installed from; `None` for any.
    pub source_dirs: Option<Vec<PathBuf>>,
    /// Whether what is not recognised is installed as `unknown`.
    pub allow_unknown: bool,
    /// How a model's content is identified.
    pub hashing: HashAlgorithm,
    /// Whether the device computes in half precision, so that repositories are asked for such weights first.
    pub prefers_half: bool,
    /// How files are downloaded.
    pub downloads: DownloadSettings,
    /// Address of Hugging Face, without a slash at its end.
    pub hub: String,
    /// The token for it.
    pub hub_token: Arc<HubToken>,
    /// Address of CivitAI, without a slash at its end.
    pub civitai: String,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            models_dir: PathBuf::new(),
            source_dirs: None,
            allow_unknown: false,
            hashing: HashAlgorithm::default(),
            prefers_half: false,
            downloads: DownloadSettings::default(),
            hub: HUB.to_owned(),
            hub_token: Arc::default(),
            civitai: CIVITAI.to_owned(),
        }
    }
}

/// Which models a listing names. Empty as [`Default`]: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelQuery {
    /// Of one of these bases.
    pub bases: Vec<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this name.
    pub name: Option<String>,
    /// In this format.
    pub format: Option<String>,
    /// With this hash.
    pub hash: Option<String>,
}

/// The installed models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Models {
    pub(crate) shared: Arc<Shared>,
    pub(crate) engine: Arc<Engine>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) db: Database,
    pub(crate) settings: ModelSettings,
    pub(crate) bus: Bus,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) jobs: Jobs,
    pub(crate) covers: Covers,
    /// Models that are being changed.
    pub(crate) claims: Claims,
    /// Held while a model is converted: it may take as much memory and disk as the largest of them.
    pub(crate) conversion: Mutex<()>,
    pub(crate) http: Http,
    /// Files that may be downloaded now.
    pub(crate) slots: Arc<Semaphore>,
    /// Held by who writes how far a job has come.
    pub(crate) markers: Mutex<()>,
}

impl Models {
    /// The models of `db`. Starts the thread that installs, which ends with the last clone, and takes up the installations
    /// that an earlier run has left.
    pub fn new(db: Database, settings: ModelSettings, bus: Bus, random: Arc<dyn Random>) -> Self {
        let covers = Covers::new(&settings.models_dir);
        let http = Http::new(settings.downloads.clone());
        let slots = Arc::new(Semaphore::new(settings.downloads.parallel.max(1)));
        let (jobs, markers) = (Jobs::default(), Mutex::default());
        let (claims, conversion) = (Claims::default(), Mutex::default());
        let shared =
            Arc::new(Shared { db, settings, bus, random, jobs, covers, claims, conversion, http, slots, markers });
        convert::recover(&shared);
        let (queue, waiting) = mpsc::channel();
        let engine = Arc::new(Engine::new(queue));
        install::restore(&shared, &engine);
        let installer = Installer(Arc::clone(&shared));
        std::thread::spawn(move || {
            for job in waiting {
                installer.run_safely(job);
            }
        });
        Self { shared, engine }
    }

    /// The models that the actor may use and `query` lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(
        &self,
        actor: &Actor,
        query: &ModelQuery,
        order: ModelOrder,
        descending: bool,
    ) -> Result<Vec<ModelRecord>, ModelError> {
        let filter = ModelFilter {
            name: query.name.clone(),
            base: None,
            kind: query.kind.clone(),
            format: query.format.clone(),
            hash: query.hash.clone(),
        };
        let scope = actor.scope();
        let mut records =
            self.shared.db.read(|tx| models::list(tx, &scope, &filter, order, descending).map_err(ModelError::from))?;
        records.retain(|record| query.bases.is_empty() || query.bases.iter().any(|base| base == record.base()));
        Ok(records)
    }

    /// One model.
    ///
    /// # Errors
    /// When there is none of this key, or none that the actor may use.
    pub fn get(&self, actor: &Actor, key: &ModelKey) -> Result<ModelRecord, ModelError> {
        self.shared.db.read(|tx| find(tx, actor, key))?.ok_or(ModelError::NotFound)
    }

    /// The model's file or folder, absolute.
    pub fn files(&self, record: &ModelRecord) -> PathBuf {
        self.shared.settings.models_dir.join(record.path())
    }

    /// Removes a model: its record, and its files if they lie in the models folder. Files installed in place stay.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, or files can not be deleted.
    pub fn delete(&self, actor: &Actor, key: &ModelKey) -> Result<(), ModelError> {
        let grant = policy::manage_model(actor, key)?;
        let _claim = self.shared.claims.claim(key)?;
        let record = self.get(actor, key)?;
        self.shared.db.write(|tx| models::delete(tx, &grant).map_err(ModelError::from))?;
        self.shared.covers.remove(key)?;
        match install::own_files(&self.shared.settings.models_dir, &record) {
            Some(folder) => files::remove(&folder),
            None => Ok(()),
        }
    }

    pub(crate) fn check_source(&self, path: &Path) -> Result<(), ModelError> {
        let Some(folders) = &self.shared.settings.source_dirs else { return Ok(()) };
        let allowed =
            folders.iter().filter_map(|folder| folder.canonicalize().ok()).any(|folder| path.starts_with(folder));
        if allowed { Ok(()) } else { Err(ModelError::OutsideSources(path.to_owned())) }
    }
}

/// Leave to manage models, of none in particular: the key of a new one is made when it is known to be one.
pub(crate) fn may_install(actor: &Actor) -> Result<Grant<Model, Manage>, ModelError> {
    Ok(policy::manage_model(actor, &ModelKey(String::new()))?)
}

/// The model of this key, if the actor may use it.
pub(crate) fn find(tx: &ReadTx<'_>, actor: &Actor, key: &ModelKey) -> Result<Option<ModelRecord>, ModelError> {
    match policy::view_model(actor, &model_access::facts(tx, key)?) {
        Ok(grant) => Ok(models::get(tx, &grant)?),
        Err(_) => Ok(None),
    }
}
