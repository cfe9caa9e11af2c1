//! `invokeai-web restore FILE`: a backup takes the place of the database, which is kept.

use crate::say;
use anyhow::Context as _;
use clap::Args;
use invoke_config::Settings;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup: a database file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put back pictures and models that are missing, from the mirror beside the backup.
    #[arg(long)]
    with_files: bool,
}

impl Restore {
    pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let installation =
            invoke_server::installation(settings).context("`use_memory_db` is set: there is no file to restore to")?;
        if let Some(folder) = installation.database.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        }
        let done = installation.restore(&self.file, self.with_files)?;
        say(&format!("Restored: {}", installation.database.display()));
        if let Some(kept) = &done.kept {
            say(&format!("The database in use before is kept: {}", kept.display()));
        }
        if self.with_files {
            say(&format!("Files put back: {}", done.files_added));
        }
        Ok(ExitCode::SUCCESS)
    }
}
