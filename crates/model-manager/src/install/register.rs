//! From files that are there to a record: hash, identify, move if wanted, insert.

use super::jobs::{InstallJob, InstallStatus, Registering};
use super::staging::{self, Staging, Taken};
use super::{marker, source::Source};
use crate::error::InstallError;
use crate::files::{recorded_size, size_on_disk};
use crate::hash::content_hash;
use crate::models::Shared;
use crate::{ModelError, identify, sidecar};
use invoke_domain::{ModelKey, ModelRecord, new_uuid};
use invoke_events::{Event, InstallFailure};
use invoke_permissions::{Actor, policy};
use invoke_storage::models::{self, Inserted, kinds};
use invoke_storage::stops;
use serde_json::{Map, Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What who installs a model may say of it beside what it is.
const SAID: [&str; 6] = ["variant", "prediction_type", "trigger_phrases", "default_settings", "cpu_only", "source_url"];

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
        let begun = self.0.jobs.change(id, |job| {
            let begins = matches!(job.status, InstallStatus::Waiting | InstallStatus::DownloadsDone);
            if begins {
                job.status = InstallStatus::Running;
                job.changes.insert("source".to_owned(), job.source.text().into());
                job.changes.insert("source_type".to_owned(), job.source.kind().into());
                if let Some(description) = &job.description {
                    job.changes.insert("source_api_response".to_owned(), description.as_str().into());
                }
            }
            begins
        });
        let Some((job, true)) = begun else { return };
        self.0.write_marker(id);
        self.0.bus.send(Event::InstallStarted { job: id, source: job.source.to_json() });
        match self.install(&job) {
            Ok((config, total_bytes)) => {
                tracing::info!(path = %job.path.display(), "installed a model");
                self.0.jobs.change(id, |job| {
                    job.status = InstallStatus::Completed;
                    job.config = Some(config.clone());
                });
                self.clear(id);
                let key = config["key"].as_str().unwrap_or_default().to_owned();
                let source = job.source.to_json();
                self.0.bus.send(Event::InstallComplete { job: id, source, key, total_bytes, config });
            }
            Err(error) => {
                let message = error.chain();
                tracing::warn!(path = %job.path.display(), message, "a model was not installed");
                let failure = InstallFailure { kind: error.kind().to_owned(), message };
                self.0.jobs.change(id, |job| {
                    job.status = InstallStatus::Error;
                    job.failure = Some(failure.clone());
                });
                if self.put_back(id) {
                    self.clear(id);
                }
                self.0.bus.send(Event::InstallFailed { job: id, source: job.source.to_json(), failure });
            }
        }
    }

    /// Puts what was moved for nothing back where it was. Says whether nothing of it is left in the job's folder.
    fn put_back(&self, id: i64) -> bool {
        let Some((job, _)) = self.0.jobs.find(id) else { return true };
        let (Source::Local { path, .. }, Some(staging)) = (&job.source, &job.staging) else { return true };
        let file = job.registering.as_ref().and_then(|model| model.file.as_deref());
        let Some(content) = staging.taken(file).filter(|_| !path.exists()) else { return true };
        let moved = std::fs::rename(&content, path);
        if let Err(error) = &moved {
            let (from, to) = (content.display(), path.display());
            tracing::error!(%from, %to, %error, "a model that was not installed could not be put back");
        }
        moved.is_ok()
    }

    /// Removes the folder of a job that needs it no more.
    fn clear(&self, id: i64) {
        let had = self.0.jobs.change(id, |job| job.staging.take());
        if let Some((_, Some(staging))) = had {
            staging.remove();
        }
    }

    fn install(&self, job: &InstallJob) -> Result<(Value, u64), InstallError> {
        let unreadable = |source| ModelError::File { action: "reading", path: job.path.clone(), source };
        // First what costs nothing: a folder that is no model is not read through.
        identify::looks_like_model(&job.path)?;
        let given = |field: &str| job.changes.get(field).and_then(Value::as_str);
        let begun = job.registering.as_ref();
        let own_name = || begun.map_or_else(|| identify::name_of(&job.path), |model| model.name.clone());
        let name = given("name").map_or_else(own_name, str::to_owned);
        let kind = self.kind(job, &name)?;
        let new_key = || begun.map_or_else(|| new_uuid(&*self.0.random), |model| model.key.clone());
        let key = given("key").map_or_else(new_key, str::to_owned);
        if !is_plain_name(&key) {
            return Err(InstallError::BadKey(key));
        }
        let total_bytes = size_on_disk(&job.path).map_err(unreadable)?;
        self.0.jobs.change(job.id, |job| (job.total_bytes, job.bytes) = (total_bytes, total_bytes));
        let hash = content_hash(&job.path, self.0.settings.hashing, &*self.0.random).map_err(unreadable)?;
        let size = recorded_size(&job.path).map_err(unreadable)?;
        let file = job.path.file_name().filter(|_| job.path.is_file()).map(|file| file.to_string_lossy().into_owned());
        let own = file.as_ref().map_or_else(|| PathBuf::from(&key), |file| Path::new(&key).join(file));
        let path = if job.inplace() { self.recorded_path(&job.path) } else { own.display().to_string() };
        let common = json!({
            "key": key, "hash": hash, "path": path, "file_size": size, "name": name,
            "description": given("description"), "source": job.source.recorded(), "source_type": job.source.kind(),
            "source_api_response": given("source_api_response"),
        });
        let mut config = record(common, kind, &job.changes);
        sidecar::describe(&mut config, &job.path);
        if job.inplace() {
            self.insert(&key, &config, || Ok(()))?;
        } else {
            let name = begun.map_or_else(|| identify::name_of(&job.path), |model| model.name.clone());
            self.move_in(job, &config, Registering { key, name, file })?;
        }
        sidecar::show(&config, &job.path, &self.0.covers);
        Ok((config, total_bytes))
    }

    /// Moves the files into the models folder and adds the record; or neither, and then what was moved is put back.
    fn move_in(&self, job: &InstallJob, config: &Value, model: Registering) -> Result<(), InstallError> {
        let place = self.0.settings.models_dir.join(&model.key);
        if place.symlink_metadata().is_ok() {
            return Err(InstallError::PlaceTaken { name: model.name, place });
        }
        let unmade = |source| ModelError::File { action: "making a folder for", path: job.path.clone(), source };
        let staging = match &job.staging {
            Some(staging) => staging.clone(),
            None => Staging::make(&self.0.settings.models_dir, &self.0.short_id()).map_err(unmade)?,
        };
        let file = model.file.clone();
        self.0.jobs.change(job.id, |job| (job.staging, job.registering) = (Some(staging.clone()), Some(model.clone())));
        self.0.try_write_marker(job.id)?;
        stops::reach("BeforeFilesAreTaken");
        let taken = match staging.taken(file.as_deref()) {
            Some(_) => Taken::Moved,
            None => staging.take(&job.path)?,
        };
        stops::reach("AfterFilesAreTaken");
        let mut given = false;
        let inserted = self.insert(&model.key, config, || {
            staging.give(&place)?;
            given = true;
            stops::reach("BeforeRecordIsKept");
            Ok(())
        });
        stops::reach("AfterRecordIsKept");
        match (&inserted, &job.source) {
            (Ok(()), Source::Local { path, .. }) if taken == Taken::Copied => {
                if let Err(error) = staging::remove(path) {
                    tracing::warn!(path = %path.display(), %error, "a model was copied, and its original could not be removed");
                }
            }
            (Err(_), _) if given => {
                let _ = staging.take_back(&place);
            }
            _ => {}
        }
        inserted
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

impl Shared {
    /// Writes how a job stands where the next start finds it; when that fails, the next start begins it anew.
    pub(super) fn write_marker(&self, id: i64) {
        if let Err(error) = self.try_write_marker(id) {
            tracing::warn!(%error, "how far an installation has come could not be written");
        }
    }

    pub(super) fn try_write_marker(&self, id: i64) -> Result<(), ModelError> {
        let _one_at_a_time = self.markers.lock();
        let Some((job, _)) = self.jobs.find(id) else { return Ok(()) };
        let failed =
            |source| ModelError::File { action: "writing how far it has come for", path: job.path.clone(), source };
        marker::write(&job, &self.now()).map_err(failed)
    }

    /// The time in ISO 8601, as the reference writes it.
    pub(super) fn now(&self) -> String {
        let now = self.db.read(|tx| Ok::<_, ModelError>(tx.now()));
        now.map(|now| now.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()).unwrap_or_default()
    }

    /// A few letters that nobody has yet.
    pub(super) fn short_id(&self) -> String {
        new_uuid(&*self.random).chars().filter(char::is_ascii_hexdigit).take(12).collect()
    }
}

/// The whole record, fields in the reference's order. What does not fit together is `unknown`.
fn record(common: Value, mut kind: Map<String, Value>, changes: &Map<String, Value>) -> Value {
    let common = common.as_object().cloned().unwrap_or_default();
    for field in SAID {
        if let Some(said) = changes.get(field).filter(|said| !said.is_null())
            && kinds::has_field(&kind, field)
        {
            kind.insert(field.to_owned(), said.clone());
        }
    }
    whole_record(common, kind)
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
pub(crate) fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let only = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    // Names that begin so are of folders that installations work in, and of caches.
    let of_work = name.starts_with(['.', '~']) || name.starts_with(staging::PREFIX);
    only && !of_work && !name.contains(['\\', '\0', ':']) && name.len() <= 200
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
        for name in ["", ".", "..", "a/b", "/a", "a/", "a\\b", "c:d", ".x", "tmpinstall_x"] {
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
