//! `invokeai-web recover-admin`: shows a code with which a page of the server makes an administrator, once and soon. For
//! those who can run programs on the server's machine; the server may run meanwhile, or be started afterwards.

use crate::say;
use anyhow::Context as _;
use clap::Args;
use invoke_config::Settings;
use invoke_domain::{OsRandom, SystemClock};
use invoke_storage::Database;
use jiff::tz::TimeZone;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct RecoverAdmin {}

impl RecoverAdmin {
    pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            settings.accounts.multiuser,
            "nobody signs in while `multiuser` is false, so there is no administrator to recover"
        );
        let file =
            settings.database_file().context("`use_memory_db` is set: the accounts are in the server's memory")?;
        anyhow::ensure!(file.exists(), "there is no database at `{}`", file.display());
        let clock = Arc::new(SystemClock);
        let storage = invoke_server::storage_settings(settings);
        let database = Database::open(&storage, clock.clone(), &OsRandom)?;
        let accounts = invoke_server::accounts(settings, database, clock, Arc::new(OsRandom))?;
        let made = accounts.begin_recovery()?;
        let until = made.expires_at.to_zoned(TimeZone::system()).strftime("%H:%M");
        let scheme = if settings.network.ssl_certfile.is_some() { "https" } else { "http" };
        let port = settings.network.port.0;
        let base = settings.base_path();
        say(&format!("Recovery code: {}", made.code));
        say(&format!("It works once, until {until}. Open the page `/recover` of the server, here"));
        say(&format!("  {scheme}://localhost:{port}{base}/recover"));
        say("and enter it there with the address and a new password of an administrator. The server may be");
        say("running already or be started now. Whoever knows the code can do the same: tell it to nobody.");
        Ok(ExitCode::SUCCESS)
    }
}
