//! The web pages: `npm ci` when the lock file changed, `vite build` when a source changed.

use crate::shell::{command, root, run};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What the build depends on, below `web/`.
const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/// Builds `web/dist` if it is not that of the present sources.
///
/// # Errors
/// When npm or the build fails.
pub(crate) fn build() -> Result<()> {
    let web = root().join("web");
    let stamp = web.join("dist/.sources");
    let digest = digest(&web)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|built| built == digest) {
        return Ok(());
    }
    install()?;
    npm(&["run", "build"])?;
    std::fs::write(&stamp, digest).context("web/dist was not built")
}

/// Installs the packages of the lock file if they are not there.
///
/// # Errors
/// When npm fails.
pub(crate) fn install() -> Result<()> {
    let web = root().join("web");
    let lock = std::fs::read(web.join("package-lock.json")).context("web/package-lock.json")?;
    let digest = hex(&Sha256::digest(&lock));
    let stamp = web.join("node_modules/.installed");
    if !std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == digest) {
        npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
        std::fs::write(&stamp, digest)?;
    }
    Ok(())
}

/// Runs npm in `web/`.
///
/// # Errors
/// When it fails.
pub(crate) fn npm(arguments: &[&str]) -> Result<()> {
    let mut command = command("npm", arguments);
    // Browsers come from the system, never from a download of a test tool.
    run(command.current_dir(root().join("web")).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

fn digest(web: &Path) -> Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&web.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(Sha256::digest(std::fs::read(&file)?));
    }
    Ok(hex(&hash.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
