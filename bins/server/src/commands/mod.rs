//! What `invokeai-web` does beside serving. A command is a file here: a struct with its arguments, and
//! `run(self, &Settings) -> anyhow::Result<ExitCode>`; and a line in the list below. Exit code 0: done; 1: could not be
//! done, or something was found; 2: not understood.

mod maintain;

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
    /// Check the database, rebuild it without its gaps, and renew what its queries are planned by.
    Maintain = maintain,
}
