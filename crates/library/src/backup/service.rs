//! Backups of a server that runs: one at a time, by schedule or because somebody asks.

use super::{BackupPlan, Installation};
use invoke_domain::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use std::sync::Arc;

/// Makes backups of one installation, and remembers the last.
#[derive(Debug)]
pub struct Backups {
    what: Option<(Installation, BackupPlan)>,
    clock: Arc<dyn Clock>,
    state: Mutex<BackupState>,
}

/// How backups stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupState {
    /// Whether one is being made.
    pub is_running: bool,
    /// The last one since the start.
    pub last: Option<LastBackup>,
}

/// A backup that was made, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBackup {
    /// When it ended.
    pub at: Timestamp,
    /// The file's name, or why there is none.
    pub outcome: Result<String, String>,
}

/// Why no backup is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupRefused {
    /// The database is in memory.
    #[error("The database is in memory: there is nothing to back up")]
    Nothing,
    /// One at a time.
    #[error("A backup is being made already")]
    Running,
}

/// The right to make the next backup; without use it goes back.
#[derive(Debug)]
pub struct BackupTurn(Arc<Backups>);

impl Backups {
    /// Backups of `installation`, as `plan` says; none of a database in memory.
    pub fn new(what: Option<(Installation, BackupPlan)>, clock: Arc<dyn Clock>) -> Self {
        Self { what, clock, state: Mutex::default() }
    }

    /// How they stand.
    pub fn state(&self) -> BackupState {
        self.state.lock().clone()
    }

    /// Takes the turn to make one.
    ///
    /// # Errors
    /// When one is being made, or there is nothing to back up.
    pub fn begin(self: &Arc<Self>) -> Result<BackupTurn, BackupRefused> {
        if self.what.is_none() {
            return Err(BackupRefused::Nothing);
        }
        let mut state = self.state.lock();
        if state.is_running {
            return Err(BackupRefused::Running);
        }
        state.is_running = true;
        Ok(BackupTurn(Arc::clone(self)))
    }
}

impl BackupTurn {
    /// Makes the backup. It blocks for as long as copying takes; how it went is logged and in [`Backups::state`].
    pub fn make(self) {
        let Some((installation, plan)) = &self.0.what else { return };
        let outcome = match installation.back_up(plan, self.0.clock.now(), &TimeZone::system()) {
            Ok(done) => Ok(done.file.file_name().unwrap_or_default().to_string_lossy().into_owned()),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the backup failed");
                Err(error.to_string())
            }
        };
        self.0.state.lock().last = Some(LastBackup { at: self.0.clock.now(), outcome });
    }
}

impl Drop for BackupTurn {
    fn drop(&mut self) {
        self.0.state.lock().is_running = false;
    }
}
