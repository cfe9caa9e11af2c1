//! `invokeai-web maintain`: SQLite's `integrity_check`, `VACUUM` and `ANALYZE`. The server may run meanwhile; its writes wait
//! until the file is rebuilt.

use crate::{FAILURE, say};
use anyhow::Context as _;
use clap::Args;
use invoke_config::Settings;
use invoke_domain::{OsRandom, SystemClock};
use invoke_storage::{Database, StorageSettings};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct Maintain {
    /// Only look for damage, change nothing.
    #[arg(long)]
    check_only: bool,
}

impl Maintain {
    pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let file = settings.database_file().context("`use_memory_db` is set: there is no file to maintain")?;
        anyhow::ensure!(file.exists(), "there is no database at `{}`", file.display());
        // Upgrading is left to the server.
        let storage = StorageSettings { models_dir: None, ..invoke_server::storage_settings(settings) };
        let database = Database::open(&storage, Arc::new(SystemClock), &OsRandom)?;
        let problems = database.find_damage()?;
        if !problems.is_empty() {
            for problem in &problems {
                say(problem);
            }
            say("The database is damaged; restore a backup (`invokeai-web restore FILE`).");
            return Ok(ExitCode::from(FAILURE));
        }
        say("The database has no damage.");
        if !self.check_only {
            let sizes = database.rebuild()?;
            say(&format!("Rebuilt: {} bytes before, {} bytes now.", sizes.before, sizes.after));
        }
        Ok(ExitCode::SUCCESS)
    }
}
