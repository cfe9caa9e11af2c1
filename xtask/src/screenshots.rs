//! Pictures of every page, made by a browser in front of the real server: `web/screenshots` says of which.

use crate::shell::{self, Stages, cargo, command, root};
use crate::system::{Part, require, unattended};
use crate::{libtorch, web};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// All of them together are no larger than this: they are part of every clone.
const LIMIT_BYTES: u64 = 2_000_000;

/// How to photograph.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(long)]
    yes: bool,
    /// Take the executables of this folder instead of building them.
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Only the pages with these names.
    only: Vec<String>,
}

/// Builds server and pages, and writes `docs/screenshots`.
///
/// # Errors
/// When a build fails, a page does not show what it should, or the pictures are too large.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), PathBuf::from);
    let parts = [Part::Compiler, Part::Pip, Part::Node, Part::Chromium];
    stages.stage("system", || require(&parts, unattended(options.yes)))?;
    stages.stage("web pages", web::build)?;
    let binaries = match &options.binaries {
        Some(binaries) => binaries.clone(),
        None => {
            stages.stage("libtorch", || libtorch::prepare(false))?;
            let bins = ["build", "--workspace", "--bin", "invokeai-web", "--bin", "invokeai-worker"];
            stages.stage("server and worker", || shell::run(&mut cargo(&bins)))?;
            target.join("debug")
        }
    };
    let folder = root().join("docs/screenshots");
    stages.stage("pages", || {
        let mut playwright = command("npm", &["run", "screenshots"]);
        playwright.current_dir(root().join("web")).env("INVOKEAI_BINARIES", binaries).env("SCREENSHOTS", &folder);
        shell::run(playwright.env("SCREENSHOTS_ONLY", options.only.join(",")))
    })?;
    stages.report();
    let mut bytes = 0;
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        bytes += entry?.metadata()?.len();
    }
    println!("{}: {} kB", folder.display(), bytes / 1000);
    if bytes > LIMIT_BYTES {
        bail!("the pictures take {bytes} bytes, more than {LIMIT_BYTES}; lower their quality in web/screenshots");
    }
    Ok(())
}
