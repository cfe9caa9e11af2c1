//! `invoke-useradd`: adds an account.

use clap::Parser;
use invoke_cli::{Add, INTERACTIVE_HELP, ROOT_HELP};
use std::path::PathBuf;
use std::process::ExitCode;

/// Add a user to the InvokeAI database.
#[derive(Debug, Parser)]
#[command(name = "invoke-useradd", version, after_help = INTERACTIVE_HELP)]
struct Arguments {
    #[arg(long, short, value_name = "DIR", help = ROOT_HELP)]
    root: Option<PathBuf>,
    /// User email address.
    #[arg(long, short)]
    email: Option<String>,
    /// User password; other users of this machine can see it while the command runs.
    #[arg(long, short)]
    password: Option<String>,
    /// Read the password from the first line of standard input.
    #[arg(long, conflicts_with = "password")]
    password_stdin: bool,
    /// User display name (optional).
    #[arg(long, short)]
    name: Option<String>,
    /// Make user an administrator.
    #[arg(long, short)]
    admin: bool,
}

fn main() -> ExitCode {
    let Arguments { root, email, password, password_stdin, name, admin } = Arguments::parse();
    Add { root, email, password, password_stdin, name, admin }.run()
}
