//! From a path to a record: hash, identify, move if wanted, insert.

use crate::error::InstallError;
use crate::hash::{content_hash, recorded_size, size_on_disk};
use crate::jobs::{InstallJob, InstallStatus};
use crate::models::{Shared, may_install};
use crate::{ModelError, identify};
use invoke_domain::{ModelKey, ModelRecord, new_uuid};
use invoke_events::{Event, InstallFailure};
use invoke_permissions::{Actor, policy};
use invoke_storage::models::{self, Inserted, kinds};
use serde_json::{Map, Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Installs one model after the other.
pub(crate) struct Installer(pub(crate) Arc<Shared>);

impl Installer {
    /// Runs a job; a panic fails the job and not those that wait.
    pub(crate) fn run_safely(&self, id: i64) {
        if catch_unwind(AssertUnwindSafe(|| self.run(id))).is_err() {
            let message = "The installation stopped unexpectedly; the log has the reason".to_owned();
            self.0.jobs.change(id, |job| {
                job.status = InstallStatus::Error;
                job.failure = Some(InstallFailure { kind: "RuntimeError".to_owned(), message });
            });
        }
    }

    fn run(&self, id: i64) {
        let Some(job) = may_install(&Actor::operator()).ok().and_then(|grant| self.0.jobs.get(&grant, id).ok()) else {
            return;
        };
        let mut waits = false;
        self.0.jobs.change(id, |job| {
            waits = job.status == InstallStatus::Waiting;
            if waits {
                job.status = InstallStatus::Running;
            }
        });
        if !waits {
            return;
        }
        self.0.bus.send(Event::InstallStarted { job: id, source: job.source() });
        match self.install(&job) {
            Ok((config, total_bytes)) => {
                tracing::info!(path = %job.path.display(), "installed a model");
                self.0.jobs.change(id, |job| {
                    job.status = InstallStatus::Completed;
                    job.config = Some(config.clone());
                });
                let key = config["key"].as_str().unwrap_or_default().to_owned();
                self.0.bus.send(Event::InstallComplete { job: id, source: job.source(), key, total_bytes, config });
            }
            Err(error) => {
                let message = error.chain();
                tracing::warn!(path = %job.path.display(), message, "a model was not installed");
                let failure = InstallFailure { kind: error.kind().to_owned(), message };
                self.0.jobs.change(id, |job| {
                    job.status = InstallStatus::Error;
                    job.failure = Some(failure.clone());
                });
                self.0.bus.send(Event::InstallFailed { job: id, source: job.source(), failure });
            }
        }
    }

    fn install(&self, job: &InstallJob) -> Result<(Value, u64), InstallError> {
        let unreadable = |source| ModelError::File { action: "reading", path: job.path.clone(), source };
        // First what costs nothing: a folder that is no model is not read through.
        identify::looks_like_model(&job.path)?;
        let given = |field: &str| job.changes.get(field).and_then(Value::as_str);
        let name = given("name").map_or_else(|| identify::name_of(&job.path), str::to_owned);
        let kind = self.kind(job, &name)?;
        let key = given("key").map_or_else(|| new_uuid(&*self.0.random), str::to_owned);
        if !is_plain_name(&key) {
            return Err(InstallError::BadKey(key));
        }
        let total_bytes = size_on_disk(&job.path).map_err(unreadable)?;
        self.0.jobs.change(job.id, |job| (job.total_bytes, job.bytes) = (total_bytes, total_bytes));
        let hash = content_hash(&job.path).map_err(unreadable)?;
        let size = recorded_size(&job.path).map_err(unreadable)?;
        let own = job.path.file_name().filter(|_| job.path.is_file()).map(|file| Path::new(&key).join(file));
        let own = own.unwrap_or_else(|| PathBuf::from(&key));
        let path = if job.inplace { self.recorded_path(&job.path) } else { own.display().to_string() };
        let common = json!({
            "key": key, "hash": hash, "path": path, "file_size": size, "name": name,
            "description": given("description"), "source": job.path, "source_type": "path",
        });
        let config = record(common, kind, given("variant"));
        let place = (!job.inplace).then(|| self.0.settings.models_dir.join(&own));
        self.insert(&key, &config, || place.as_ref().map_or(Ok(()), |place| move_to(&job.path, place)))?;
        Ok((config, total_bytes))
    }

    /// What it is. Who installs it may say so, which rules out everything else, but can not make it what it is not.
    fn kind(&self, job: &InstallJob, name: &str) -> Result<Map<String, Value>, InstallError> {
        let found = identify::identify(&job.path, Some(name));
        let contradicted = ["type", "format", "base"]
            .into_iter()
            .any(|field| job.changes.get(field).is_some_and(|said| !said.is_null() && Some(said) != found.get(field)));
        if contradicted { Ok(identify::unknown()) } else { Ok(found) }.and_then(|kind| {
            let known = kind["type"] != "unknown" || self.0.settings.allow_unknown;
            if known { Ok(kind) } else { Err(InstallError::Unidentified(job.path.clone())) }
        })
    }

    /// Relative to the models folder for what lies in it, so that the root directory can be moved.
    fn recorded_path(&self, path: &Path) -> String {
        let models_dir = self.0.settings.models_dir.canonicalize().ok();
        let below = models_dir.and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
        below.unwrap_or_else(|| path.to_owned()).display().to_string()
    }

    /// Adds the record and moves the files, or does neither.
    fn insert(
        &self,
        key: &str,
        config: &Value,
        move_files: impl FnOnce() -> Result<(), ModelError>,
    ) -> Result<(), InstallError> {
        let grant = policy::manage_model(&Actor::operator(), &ModelKey::from(key)).map_err(ModelError::from)?;
        let inserted = self.0.db.write(|tx| -> Result<_, ModelError> {
            let inserted = models::insert(tx, &grant, config)?;
            if inserted == Inserted::Added {
                move_files()?;
            }
            Ok(inserted)
        })?;
        match inserted {
            Inserted::Added => Ok(()),
            Inserted::PathTaken | Inserted::KeyTaken => {
                Err(InstallError::Duplicate(config["path"].as_str().unwrap_or_default().to_owned()))
            }
        }
    }
}

/// The whole record, fields in the reference's order. What does not fit together is `unknown`.
fn record(common: Value, mut kind: Map<String, Value>, variant: Option<&str>) -> Value {
    kind.extend(variant.map(|variant| ("variant".to_owned(), variant.into())));
    whole_record(common.as_object().cloned().unwrap_or_default(), kind)
}

/// The record of what has these common fields and is of this kind, or else `unknown`.
pub(crate) fn whole_record(common: Map<String, Value>, kind: Map<String, Value>) -> Value {
    let with = |kind: Map<String, Value>| {
        let mut record = common.clone();
        record.extend(kind);
        kinds::fit(&record)
    };
    let fitted = with(kind).or_else(|misfit| {
        tracing::warn!(%misfit, "a model was recognised and its record fits no kind");
        with(identify::unknown())
    });
    fitted.map_or(Value::Null, Value::Object)
}

/// Whether a file of this name could only lie in the folder it is put into.
fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let only = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    only && !name.contains(['\\', '\0', ':']) && name.len() <= 200
}

/// Moves a file or folder, by copying where the two lie on different file systems.
fn move_to(from: &Path, to: &Path) -> Result<(), ModelError> {
    let failed = |source| ModelError::File { action: "moving", path: from.to_owned(), source };
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
            copy(from, to).map_err(failed)?;
            let removed = if from.is_dir() { std::fs::remove_dir_all(from) } else { std::fs::remove_file(from) };
            removed.map_err(failed)
        }
        other => other.map_err(failed),
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        return std::fs::copy(from, to).map(drop);
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// What of the models folder goes with `record`: its own folder, or in older installations the file or folder it names;
/// `None` when it was installed in place elsewhere, or when its path leads out of the models folder.
pub(crate) fn own_files(models_dir: &Path, record: &ModelRecord) -> Option<PathBuf> {
    let path = Path::new(record.path());
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let first = path.components().next()?;
    let own_folder = first.as_os_str() == record.key.as_str();
    plain.then(|| models_dir.join(if own_folder { first.as_ref() } else { path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_one_folder() {
        assert!(is_plain_name("1b2c") && is_plain_name("my model.v2"));
        for name in ["", ".", "..", "a/b", "/a", "a/", "a\\b", "c:d"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }

    #[test]
    fn only_files_in_the_models_folder_go_with_a_record() {
        let own = |path: &str| {
            own_files(Path::new("/models"), &ModelRecord { key: "key".into(), config: json!({ "path": path }) })
        };
        assert_eq!(own("key/weights.safetensors"), Some("/models/key".into()));
        assert_eq!(own("sd-1/main/old"), Some("/models/sd-1/main/old".into()));
        for path in ["/elsewhere/model", "../secret", "a/../../secret", ""] {
            assert_eq!(own(path), None, "{path}");
        }
    }
}
