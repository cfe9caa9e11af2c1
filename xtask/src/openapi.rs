//! `docs/openapi.json` is made by the API crate itself and committed: its diff is the review of an API change.

use crate::shell::{cargo, output, root};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Writes the document, or compares it with the committed one.
///
/// # Errors
/// When the API crate does not build, or the documents differ.
pub(crate) fn run(check: bool) -> Result<()> {
    let made = output(&mut cargo(&["run", "--quiet", "--package", "invoke-api", "--example", "openapi"]))?;
    if check {
        return compare(&made);
    }
    std::fs::write(root().join("docs/openapi.json"), made).context("docs/openapi.json")
}

/// Compares the committed document with the one that the example `openapi`, already built at `example`, prints.
///
/// # Errors
/// When they differ.
pub(crate) fn compare_with(example: &Path) -> Result<()> {
    compare(&output(&mut Command::new(example))?)
}

fn compare(made: &str) -> Result<()> {
    let committed = std::fs::read_to_string(root().join("docs/openapi.json")).context("docs/openapi.json")?;
    if committed != made {
        bail!("docs/openapi.json is not what the code gives; run `cargo xtask openapi` and review the difference");
    }
    Ok(())
}
