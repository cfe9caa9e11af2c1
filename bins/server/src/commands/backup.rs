//! `invokeai-web backup`: a copy of the database, and on request of pictures and models, while the server runs.

use crate::say;
use anyhow::Context as _;
use clap::Args;
use invoke_config::Settings;
use invoke_domain::{Clock as _, SystemClock};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder of backups; `backup_dir` of the settings otherwise.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Remove backups older than this many days, 0 for none; `backup_keep_days` of the settings otherwise.
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
    /// Pictures too.
    #[arg(long)]
    with_outputs: bool,
    /// Models too.
    #[arg(long)]
    with_models: bool,
}

impl Backup {
    pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let installation =
            invoke_server::installation(settings).context("`use_memory_db` is set: there is no file to back up")?;
        let database = &installation.database;
        anyhow::ensure!(database.exists(), "there is no database at `{}`", database.display());
        let mut plan = invoke_server::backup_plan(settings);
        if let Some(folder) = self.to {
            plan.folder = folder;
        }
        if let Some(days) = self.keep_days {
            plan.keep_days = (days > 0).then_some(days);
        }
        plan.with_outputs |= self.with_outputs;
        plan.with_models |= self.with_models;
        let done = installation.back_up(&plan, SystemClock.now(), &TimeZone::system())?;
        let name = done.file.file_name().unwrap_or_default().to_string_lossy();
        say(&format!("Backup completed: {name}"));
        if plan.with_outputs || plan.with_models {
            say(&format!("Files added: {}", done.files_added));
        }
        for old in &done.removed {
            say(&format!("Removed: {}", old.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
