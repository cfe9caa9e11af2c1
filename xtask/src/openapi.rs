//! `docs/openapi.json` is made by the API crate itself and committed: its diff is the review of an API change.

use crate::shell::{cargo, output, root};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Writes the document, or compares it with the committed one.
///
/// # Errors
/// When the API crate does not build, or the documents differ.
pub(crate) fn run(check: bool) -> Result<()> {
    if check {
        return compare(&|arguments| cargo(arguments));
    }
    std::fs::write(root().join("docs/openapi.json"), make(&|arguments| cargo(arguments))?).context("docs/openapi.json")
}

/// Compares the committed document with the one that the code gives.
///
/// # Errors
/// When they differ.
pub(crate) fn compare(cargo: &dyn Fn(&[&str]) -> Command) -> Result<()> {
    let committed = std::fs::read_to_string(root().join("docs/openapi.json")).context("docs/openapi.json")?;
    if committed != make(cargo)? {
        bail!("docs/openapi.json is not what the code gives; run `cargo xtask openapi` and review the difference");
    }
    Ok(())
}

fn make(cargo: &dyn Fn(&[&str]) -> Command) -> Result<String> {
    output(&mut cargo(&["run", "--quiet", "--package", "invoke-api", "--example", "openapi"]))
}
