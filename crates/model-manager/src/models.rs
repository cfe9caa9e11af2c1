//! The records, and the way to a record's files.

use crate::ModelError;
use crate::install::{self, Installer};
use crate::jobs::{InstallJob, InstallStatus, Jobs};
use invoke_domain::{ModelKey, ModelRecord, Random};
use invoke_events::Bus;
use invoke_permissions::{Actor, Grant, Manage, Model, policy};
use invoke_storage::Database;
use invoke_storage::models::{self, ModelFilter, ModelOrder};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

/// Where models lie and may come from.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    /// Installed models, absolute.
    pub models_dir: PathBuf,
    /// The only folders models may be installed from; `None` for any.
    pub source_dirs: Option<Vec<PathBuf>>,
    /// Whether what is not recognised is installed as `unknown`.
    pub allow_unknown: bool,
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
    queue: mpsc::Sender<i64>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) db: Database,
    pub(crate) settings: ModelSettings,
    pub(crate) bus: Bus,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) jobs: Jobs,
}

impl Models {
    /// The models of `db`. Starts the thread that installs; it ends with the last clone.
    pub fn new(db: Database, settings: ModelSettings, bus: Bus, random: Arc<dyn Random>) -> Self {
        let shared = Arc::new(Shared { db, settings, bus, random, jobs: Jobs::default() });
        let (queue, waiting) = mpsc::channel();
        let installer = Installer(shared.clone());
        std::thread::spawn(move || {
            for job in waiting {
                installer.run_safely(job);
            }
        });
        Self { shared, queue }
    }

    /// The models that `query` lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(
        &self,
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
        let mut records =
            self.shared.db.read(|tx| models::list(tx, &filter, order, descending).map_err(ModelError::from))?;
        records.retain(|record| query.bases.is_empty() || query.bases.iter().any(|base| base == record.base()));
        Ok(records)
    }

    /// One model.
    ///
    /// # Errors
    /// When there is none of this key.
    pub fn get(&self, actor: &Actor, key: &ModelKey) -> Result<ModelRecord, ModelError> {
        let grant = policy::view_model(actor, key);
        let found = self.shared.db.read(|tx| models::get(tx, &grant).map_err(ModelError::from))?;
        found.ok_or(ModelError::NotFound)
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
        let record = self.get(actor, key)?;
        self.shared.db.write(|tx| models::delete(tx, &grant).map_err(ModelError::from))?;
        match install::own_files(&self.shared.settings.models_dir, &record) {
            Some(folder) => remove(&folder),
            None => Ok(()),
        }
    }

    /// Begins to install the file or folder `source`; the job tells how it goes. `changes` are fields of the record as the
    /// caller wants them.
    ///
    /// # Errors
    /// When the caller may not, or there is nothing at `source`.
    pub fn install_local(
        &self,
        actor: &Actor,
        source: &str,
        inplace: bool,
        changes: Map<String, Value>,
    ) -> Result<InstallJob, ModelError> {
        let grant = may_install(actor)?;
        let unsupported = || ModelError::UnsupportedSource(source.to_owned());
        let path = Path::new(source);
        if !path.is_absolute() {
            return Err(unsupported());
        }
        let path = path.canonicalize().map_err(|_| unsupported())?;
        self.check_source(&path)?;
        let job = self.shared.jobs.add(&grant, path, inplace, changes);
        // The thread lives as long as this sender.
        let _ = self.queue.send(job.id);
        Ok(job)
    }

    pub(crate) fn check_source(&self, path: &Path) -> Result<(), ModelError> {
        let Some(folders) = &self.shared.settings.source_dirs else { return Ok(()) };
        let allowed =
            folders.iter().filter_map(|folder| folder.canonicalize().ok()).any(|folder| path.starts_with(folder));
        if allowed { Ok(()) } else { Err(ModelError::OutsideSources(path.to_owned())) }
    }

    /// Installations since the server started.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub fn jobs(&self, actor: &Actor) -> Result<Vec<InstallJob>, ModelError> {
        Ok(self.shared.jobs.all(&may_install(actor)?))
    }

    /// One installation.
    ///
    /// # Errors
    /// When the caller may not see it, or there is none of this number.
    pub fn job(&self, actor: &Actor, id: i64) -> Result<InstallJob, ModelError> {
        self.shared.jobs.get(&may_install(actor)?, id)
    }

    /// Takes an installation that waits out of the queue; one that has begun or ended goes its way.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn cancel_job(&self, actor: &Actor, id: i64) -> Result<(), ModelError> {
        let grant = may_install(actor)?;
        self.shared.jobs.get(&grant, id)?;
        self.shared.jobs.change(id, |job| {
            if job.status == InstallStatus::Waiting {
                job.status = InstallStatus::Cancelled;
            }
        });
        Ok(())
    }

    /// Forgets installations that have ended.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn prune_jobs(&self, actor: &Actor) -> Result<(), ModelError> {
        self.shared.jobs.prune(&may_install(actor)?);
        Ok(())
    }
}

/// Leave to manage models, of none in particular: the key of a new one is made when it is known to be one.
pub(crate) fn may_install(actor: &Actor) -> Result<Grant<Model, Manage>, ModelError> {
    Ok(policy::manage_model(actor, &ModelKey(String::new()))?)
}

fn remove(path: &Path) -> Result<(), ModelError> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(ModelError::File { action: "deleting", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
