//! `invoke-userdel`: removes an account.

use clap::Parser;
use invoke_cli::{INTERACTIVE_HELP, ROOT_HELP, Remove};
use std::path::PathBuf;
use std::process::ExitCode;

/// Delete a user from the InvokeAI database, and everything the user owns unless told otherwise.
#[derive(Debug, Parser)]
#[command(name = "invoke-userdel", version, after_help = INTERACTIVE_HELP)]
struct Arguments {
    #[arg(long, short, value_name = "DIR", help = ROOT_HELP)]
    root: Option<PathBuf>,
    /// User email address.
    #[arg(long, short)]
    email: Option<String>,
    /// Delete without confirmation prompt.
    #[arg(long, short)]
    force: bool,
    /// Give the user's boards, images, workflows and presets to this other user.
    #[arg(long, value_name = "EMAIL", conflicts_with = "keep_content")]
    transfer_to: Option<String>,
    /// Keep the user's boards, images, workflows and presets, for administrators.
    #[arg(long)]
    keep_content: bool,
}

fn main() -> ExitCode {
    let Arguments { root, email, force, transfer_to, keep_content } = Arguments::parse();
    Remove { root, email, force, transfer_to, keep_content }.run()
}
