//! What `invokeai-web` does beside serving. A command is a file here: a struct with its arguments, and
//! `run(self, &Settings) -> anyhow::Result<ExitCode>`; and a line in the list below. Exit code 0: done; 1: could not be
//! done; 2: not understood; `check` says 3 for what it found.

mod backup;
mod check;
mod maintain;
mod recover_admin;
mod restore;

use clap::Subcommand;
use invoke_config::Settings;
use std::process::ExitCode;

macro_rules! commands {
    ($($(#[$documentation:meta])* $name:ident = $module:ident,)*) => {
        /// One thing to do on a root directory.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($(#[$documentation])* $name($module::$name),)*
        }

        impl Command {
            /// Does it.
            pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
                match self {
                    $(Self::$name(command) => command.run(settings),)*
                }
            }
        }
    };
}

commands! {
    /// Back up the database, and on request pictures and models, while the server runs.
    Backup = backup,
    /// Tell what the next start would upgrade and what does not fit together, and repair it.
    Check = check,
    /// Check the database, rebuild it without its gaps, and renew what its queries are planned by.
    Maintain = maintain,
    /// Show a code with which the page makes an administrator, for when nobody can sign in as one.
    RecoverAdmin = recover_admin,
    /// Put a backup in the place of the database, which is kept.
    Restore = restore,
}
