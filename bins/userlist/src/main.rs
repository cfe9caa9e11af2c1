//! `invoke-userlist`: lists the accounts.

use clap::Parser;
use invoke_cli::{List, ROOT_HELP};
use std::path::PathBuf;
use std::process::ExitCode;

/// List users from the InvokeAI database.
#[derive(Debug, Parser)]
#[command(name = "invoke-userlist", version)]
struct Arguments {
    #[arg(long, short, value_name = "DIR", help = ROOT_HELP)]
    root: Option<PathBuf>,
    /// Output users in JSON format instead of table.
    #[arg(long)]
    json: bool,
    /// Also show when accounts were made and last used, their boards, images and storage.
    #[arg(long, short)]
    verbose: bool,
}

fn main() -> ExitCode {
    let Arguments { root, json, verbose } = Arguments::parse();
    List { root, json, verbose }.run()
}
