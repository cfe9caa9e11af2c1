//! `invoke-usermod`: changes an account.

use clap::Parser;
use invoke_cli::{INTERACTIVE_HELP, Modify, ROOT_HELP};
use std::path::PathBuf;
use std::process::ExitCode;

/// Modify a user in the InvokeAI database.
#[derive(Debug, Parser)]
#[command(name = "invoke-usermod", version, after_help = INTERACTIVE_HELP)]
struct Arguments {
    #[arg(long, short, value_name = "DIR", help = ROOT_HELP)]
    root: Option<PathBuf>,
    /// User email address.
    #[arg(long, short)]
    email: Option<String>,
    /// New display name.
    #[arg(long, short)]
    name: Option<String>,
    /// New password; other users of this machine can see it while the command runs.
    #[arg(long, short)]
    password: Option<String>,
    /// Read the new password from the first line of standard input.
    #[arg(long, conflicts_with = "password")]
    password_stdin: bool,
    /// Grant administrator privileges.
    #[arg(long, short, conflicts_with = "no_admin")]
    admin: bool,
    /// Remove administrator privileges.
    #[arg(long)]
    no_admin: bool,
    /// Let the user sign in again.
    #[arg(long, conflicts_with = "deactivate")]
    activate: bool,
    /// Keep the user from signing in; everything the account owns stays.
    #[arg(long)]
    deactivate: bool,
    /// Assign what was made before there were accounts (owned by `system`) to the user.
    #[arg(long)]
    adopt_legacy: bool,
    /// Assign what this other user owns to the user.
    #[arg(long, value_name = "EMAIL", conflicts_with = "adopt_legacy")]
    adopt_from: Option<String>,
    /// With --adopt-legacy or --adopt-from: count what would be assigned, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

fn main() -> ExitCode {
    let told = Arguments::parse();
    let choice = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
    Modify {
        root: told.root,
        email: told.email,
        name: told.name,
        password: told.password,
        password_stdin: told.password_stdin,
        admin: choice(told.admin, told.no_admin),
        active: choice(told.activate, told.deactivate),
        adopt_legacy: told.adopt_legacy,
        adopt_from: told.adopt_from,
        dry_run: told.dry_run,
    }
    .run()
}
