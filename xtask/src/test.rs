//! Every check and every test, from a fresh clone on.

use crate::shell::{self, Stages, cache, output, root, works};
use crate::system::{Part, require, unattended};
use crate::web::{hex, npm};
use crate::{layers, libtorch, openapi, tidy, web};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The shared build cache of CI machines is kept below this size.
const CACHE_LIMIT_BYTES: u64 = 15_000_000_000;

/// How to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(long)]
    yes: bool,
    /// As on a machine that has built and fetched nothing yet.
    #[arg(long)]
    cold: bool,
}

/// Runs it all, with the build folder that fits: that of the checkout, a shared one on CI machines, or a new one.
///
/// # Errors
/// At the first stage that fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.cold {
        return run_cold();
    }
    if !unattended(false) {
        return run_all(options, None);
    }
    let target = shared_target()?;
    println!("build folder: {}", target.display());
    run_all(options, Some(&target))
}

/// Every stage, with `target` as cargo's build folder.
fn run_all(options: &Options, target: Option<&Path>) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        let mut command = shell::cargo(arguments);
        if let Some(target) = target {
            command.env("CARGO_TARGET_DIR", target);
            // Under its real name libtorch is the same in every clone, and what links it is built once for all of them.
            if let Ok(libtorch) = root().join(".libtorch").canonicalize() {
                command.env("LIBTORCH", libtorch);
            }
        }
        command
    };
    let mut stages = Stages::default();
    let built = target.map_or_else(|| root().join("target"), Path::to_owned).join("debug");
    let result = all_stages(&mut stages, options, &cargo, &built);
    stages.report();
    result
}

fn all_stages(stages: &mut Stages, options: &Options, cargo: &dyn Fn(&[&str]) -> Command, built: &Path) -> Result<()> {
    let parts = [Part::Compiler, Part::Pip, Part::Node, Part::Chromium, Part::Nginx];
    stages.stage("system", || require(&parts, unattended(options.yes)))?;
    stages.stage("libtorch", || libtorch::prepare(false))?;
    stages.stage("format", || shell::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    stages.stage("tidy", tidy::run)?;
    stages.stage("layers", layers::run)?;
    stages.stage("web: packages", web::install)?;
    stages.stage("web: lint, types, unit tests", || {
        npm(&["run", "lint"])?;
        npm(&["run", "typecheck"])?;
        npm(&["test"])
    })?;
    stages.stage("web: build", web::build)?;
    let clippy =
        ["clippy", "--workspace", "--all-targets", "--features", "invoke-server/web-ui", "--", "-D", "warnings"];
    stages.stage("clippy", || shell::run(&mut cargo(&clippy)))?;
    let build = ["build", "--workspace", "--bins", "--examples"];
    stages.stage("build", || shell::run(&mut cargo(&build)))?;
    stages.stage("OpenAPI document", || openapi::compare_with(&built.join("examples/openapi")))?;
    stages.stage("Rust tests", || shell::run(&mut cargo(rust_tests())))?;
    stages.stage("browser tests", || {
        let mut playwright = shell::command("npm", &["run", "e2e"]);
        playwright.current_dir(root().join("web")).env("INVOKEAI_BINARIES", built);
        shell::run(&mut playwright)
    })
}

/// nextest where it is installed: it names each test and kills one that hangs. Plain `cargo test` does the same work.
fn rust_tests() -> &'static [&'static str] {
    if works("cargo", &["nextest", "--version"]) {
        &["nextest", "run", "--workspace"]
    } else {
        &["test", "--workspace"]
    }
}

/// A copy of the committed tree with empty caches.
fn run_cold() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("invokeai-rs-cold-").tempdir()?;
    let clone = folder.path().join("clone");
    let source = root();
    shell::run(shell::command("git", &["clone", "--quiet"]).arg(&source).arg(&clone))?;
    let mut cold = Command::new("bash");
    cold.arg(".ci/run").current_dir(&clone).env("CI", "true").env("XDG_CACHE_HOME", folder.path().join("cache"));
    // What the cargo that runs us has set is about this checkout, not about the copy.
    for variable in ["LIBTORCH", "CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "LD_LIBRARY_PATH"] {
        cold.env_remove(variable);
    }
    shell::run(cold.env("PIP_NO_CACHE_DIR", "1").env("npm_config_cache", folder.path().join("npm")))
}

/// `<cache>/target-<key>`: one folder per lock file, compiler and libtorch; the least recently used ones go when all of
/// them together grow too large.
fn shared_target() -> Result<PathBuf> {
    let mut hash = Sha256::new();
    hash.update(std::fs::read(root().join("Cargo.lock")).context("Cargo.lock")?);
    hash.update(output(&mut shell::command("rustc", &["-vV"]))?);
    hash.update(libtorch::VERSION);
    let key = hex(&hash.finalize());
    let folder = cache()?.join("target");
    let target = folder.join(&key[..16]);
    std::fs::create_dir_all(&target)?;
    std::fs::write(target.join(".used"), b"")?;
    let mut others: Vec<_> = std::fs::read_dir(&folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    others.sort_by_key(|path| std::fs::metadata(path.join(".used")).and_then(|used| used.modified()).ok());
    let mut total = 0;
    for path in others.iter().rev() {
        total += size(path);
        if total > CACHE_LIMIT_BYTES {
            std::fs::remove_dir_all(path)?;
        }
    }
    std::fs::create_dir_all(&target)?;
    Ok(target)
}

fn size(path: &Path) -> u64 {
    let Ok(data) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    if !data.is_dir() {
        return data.len();
    }
    std::fs::read_dir(path).map_or(0, |entries| entries.flatten().map(|entry| size(&entry.path())).sum())
}
