//! Backups of an installation, made while it runs: the database under a dated name, the settings beside it, and on request the
//! pictures and models.
//!
//! ```text
//! <folder>/invokeai_20260301-020000.db      the database as of one moment; only its owner may read it
//! <folder>/invokeai_20260301-020000.yaml    the settings
//! <folder>/outputs/…  models/…              a mirror that files are only added to: their names never come back with another
//!                                           content, so one mirror serves every database beside it
//! ```

mod mirror;
mod schedule;
mod service;

pub use schedule::Schedule;
pub use service::{BackupRefused, BackupState, BackupTurn, Backups, LastBackup};

use crate::LibraryError;
use invoke_storage::backup;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::fs;
use std::path::{Path, PathBuf};

/// The time in a backup's name, local time, for people.
const STAMP: &str = "%Y%m%d-%H%M%S";

/// Where an installation's things lie.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The database file.
    pub database: PathBuf,
    /// The settings.
    pub config_file: PathBuf,
    /// Pictures.
    pub outputs_dir: PathBuf,
    /// Models.
    pub models_dir: PathBuf,
}

/// What a backup holds and how long backups are kept.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    /// The folder of backups.
    pub folder: PathBuf,
    /// Older ones are removed; `None` keeps all.
    pub keep_days: Option<u32>,
    /// Pictures too.
    pub with_outputs: bool,
    /// Models too.
    pub with_models: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupDone {
    /// The copy of the database.
    pub file: PathBuf,
    /// How many files were added to the mirror of pictures and models.
    pub files_added: u64,
    /// Backups that were older than they are kept.
    pub removed: Vec<PathBuf>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreDone {
    /// Where the database is that was in use before.
    pub kept: Option<PathBuf>,
    /// How many pictures and model files were put back.
    pub files_added: u64,
}

impl Installation {
    /// Makes a backup and removes those that are too old.
    ///
    /// # Errors
    /// When something cannot be read or written. The copy of the database is complete or absent, and nothing old is
    /// removed.
    pub fn back_up(&self, plan: &BackupPlan, now: Timestamp, zone: &TimeZone) -> Result<BackupDone, LibraryError> {
        mirror::make_private_folder(&plan.folder)?;
        backup::remove_unfinished(&plan.folder, now);
        let stamp = now.to_zoned(zone.clone()).strftime(STAMP).to_string();
        let file = plan.folder.join(format!("invokeai_{stamp}.db"));
        let mut files_added = 0;
        backup::copy_file(&self.database, &file)?;
        if self.config_file.is_file() {
            mirror::copy(&self.config_file, &file.with_extension("yaml"))?;
        }
        if plan.with_outputs {
            files_added += mirror::add_missing(&self.outputs_dir, &plan.folder.join("outputs"))?;
        }
        if plan.with_models {
            files_added += mirror::add_missing(&self.models_dir, &plan.folder.join("models"))?;
        }
        let removed = match plan.keep_days {
            Some(days) => remove_older(&plan.folder, &file, days, now, zone)?,
            None => Vec::new(),
        };
        tracing::info!(backup = %file.display(), files_added, removed = removed.len(), "backup completed");
        Ok(BackupDone { file, files_added, removed })
    }

    /// Puts a backup in the place of the database, which is kept under another name. With `files`, pictures and models that
    /// are missing are put back from the mirror beside the backup; none is replaced.
    ///
    /// # Errors
    /// When the backup is not whole or the server runs; the current database is in its place then.
    pub fn restore(&self, file: &Path, files: bool) -> Result<RestoreDone, LibraryError> {
        let kept = backup::restore(file, &self.database)?;
        let mut files_added = 0;
        if files {
            let folder = file.parent().unwrap_or(file);
            for (mirror, target) in [("outputs", &self.outputs_dir), ("models", &self.models_dir)] {
                let mirror = folder.join(mirror);
                if mirror.is_dir() {
                    files_added += mirror::add_missing(&mirror, target)?;
                }
            }
        }
        Ok(RestoreDone { kept, files_added })
    }
}

/// Removes backups of more than `days` ago. What is not exactly named as a backup is left alone, and so is the new one.
fn remove_older(
    folder: &Path,
    newest: &Path,
    days: u32,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<PathBuf>, LibraryError> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| LibraryError::File { doing, path, source }
    };
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("list", folder))? {
        let path = entry.map_err(failed("list", folder))?.path();
        let made = path.file_name().and_then(|name| time_of(name.to_str()?, zone));
        let age = made.map(|made| now.duration_since(made));
        if path != newest && age.is_some_and(|age| age > SignedDuration::from_hours(24 * i64::from(days))) {
            for old in [path.with_extension("yaml"), path.clone()] {
                match fs::remove_file(&old) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(failed("remove", &old)(error));
                    }
                    _ => {}
                }
            }
            removed.push(path);
        }
    }
    removed.sort();
    Ok(removed)
}

/// When the backup of this name was made, `None` for other files.
fn time_of(name: &str, zone: &TimeZone) -> Option<Timestamp> {
    let stamp = name.strip_prefix("invokeai_")?.strip_suffix(".db")?;
    let time = DateTime::strptime(STAMP, stamp).ok()?;
    Some(time.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests;
