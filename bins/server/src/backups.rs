//! Backups the server makes by itself, at the times `backup_schedule` names.

use crate::StartError;
use invoke_config::Settings;
use invoke_domain::Clock;
use invoke_library::{BackupPlan, Backups, Installation, Schedule};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the schedule is looked at. Asking it costs less than a microsecond.
const LOOK: Duration = Duration::from_secs(1);

/// Where the installation of these settings lies; `None` when its database is in memory.
pub fn installation(settings: &Settings) -> Option<Installation> {
    Some(Installation {
        database: settings.database_file()?,
        config_file: settings.config_file.clone(),
        outputs_dir: settings.paths.outputs_dir.clone(),
        models_dir: settings.paths.models_dir.clone(),
    })
}

/// What a backup holds by these settings.
pub fn backup_plan(settings: &Settings) -> BackupPlan {
    let backups = &settings.backups;
    let days = u32::try_from(backups.backup_keep_days.0).unwrap_or_default();
    BackupPlan {
        folder: backups.backup_dir.clone(),
        keep_days: (days > 0).then_some(days),
        with_outputs: backups.backup_with_outputs,
        with_models: backups.backup_with_models,
    }
}

/// The thread that makes backups; dropping it waits for one that is being made.
#[derive(Debug)]
pub(crate) struct Scheduled {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Scheduled {
    /// Starts it, when there is a schedule.
    pub(crate) fn start(
        settings: &Settings,
        backups: &Arc<Backups>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let Some(line) = &settings.backups.backup_schedule else {
            return Ok(Self { stop: None, thread: None });
        };
        let mut schedule = Schedule::parse(line, clock.now())?;
        let backups = Arc::clone(backups);
        let (stop, stopped) = channel();
        let work = move || {
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if !schedule.is_due(clock.now()) {
                    continue;
                }
                match backups.begin() {
                    Ok(turn) => turn.make(),
                    Err(refused) => tracing::info!("no scheduled backup: {refused}"),
                }
            }
        };
        let thread = std::thread::Builder::new().name("backups".to_owned()).spawn(work).map_err(StartError::Threads)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Scheduled {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic in it was reported when it happened.
            let _ = thread.join();
        }
    }
}
