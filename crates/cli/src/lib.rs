//! What the four account commands share: they open the database of a root directory (also while its server runs), ask
//! on the terminal, apply the account rules of `invoke-auth` as the operator, and say what happened in the words of the
//! reference's commands. Never makes a database where none is. No HTTP, no libtorch.
//!
//! ```text
//! place.rs     the root, its settings, its database      terminal.rs  asking and saying
//! add.rs  list.rs  modify.rs  remove.rs                  one per command
//! account.rs   how an account is shown                   error.rs     why nothing was done
//! ```
#![expect(clippy::print_stdout, reason = "a command's product is text")]

mod account;
mod add;
mod error;
mod list;
mod modify;
mod place;
mod remove;
mod terminal;

pub use add::Add;
pub use error::CommandError;
pub use list::List;
pub use modify::Modify;
pub use remove::Remove;

use std::process::ExitCode;

/// What every command says about `--root`.
pub const ROOT_HELP: &str = "Root directory of InvokeAI. Without it: $INVOKEAI_ROOT, else the folder around the active \
    virtual environment, else $HOME/invokeai";
/// What the commands that can ask say at the end of their help.
pub const INTERACTIVE_HELP: &str = "If no arguments are provided, the command asks for what it needs.";

/// Runs a command and says why, when it did nothing: 0 for done, 1 for refused or failed. (2, for arguments that make no
/// sense, is clap's.)
fn conclude(interactive: bool, result: Result<(), CommandError>) -> ExitCode {
    match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(error @ (CommandError::EmailRequired | CommandError::Cancelled)) => println!("{error}"),
        Err(error) => {
            let gap = if interactive { "\n" } else { "" };
            println!("{gap}❌ {}", error.whole());
        }
    }
    ExitCode::FAILURE
}
