//! Parts of the system that cargo does not bring: which are missing, and how to get them.

use crate::shell::{command, output, run, works};
use anyhow::{Result, bail};
use std::io::{BufRead, IsTerminal, Write};

/// A part of the system.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A C and C++ compiler.
    Compiler,
    /// Python 3 with pip, which fetches libtorch.
    Pip,
    /// Node.js with npm.
    Node,
    /// The browser of the browser tests.
    Chromium,
    /// The reverse proxy of the proxy tests.
    Nginx,
}

impl Part {
    fn is_there(self) -> bool {
        match self {
            Self::Compiler => works("g++", &["--version"]) && works("cc", &["--version"]),
            Self::Pip => works("python3", &["-m", "pip", "--version"]),
            Self::Node => works("npm", &["--version"]) && node_major().is_some_and(|major| major >= 20),
            Self::Chromium => works("/usr/bin/chromium", &["--version"]),
            Self::Nginx => works("/usr/sbin/nginx", &["-v"]),
        }
    }

    fn need(self) -> &'static str {
        match self {
            Self::Compiler => "a C++ compiler (g++)",
            Self::Pip => "Python 3 with pip",
            Self::Node => "Node.js 20 or newer with npm",
            Self::Chromium => "Chromium, for the browser tests",
            Self::Nginx => "nginx, for the tests behind a reverse proxy",
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Compiler => &["build-essential"],
            Self::Pip => &["python3", "python3-pip"],
            Self::Node => &["nodejs", "npm"],
            Self::Chromium => &["chromium"],
            Self::Nginx => &["nginx"],
        }
    }
}

fn node_major() -> Option<u32> {
    let version = output(&mut command("node", &["--version"])).ok()?;
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Makes sure that `parts` are there: names what is missing with the line that installs it, and installs it after a yes,
/// or at once when `yes` is set.
///
/// # Errors
/// When something is missing and was not installed.
pub(crate) fn require(parts: &[Part], yes: bool) -> Result<()> {
    let missing: Vec<Part> = parts.iter().copied().filter(|part| !part.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|part| part.packages()).copied().collect();
    println!("This machine lacks:");
    for part in &missing {
        println!("  - {}", part.need());
    }
    let root = output(&mut command("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    let sudo = if root { "" } else { "sudo " };
    let line = format!("{sudo}apt-get install -y --no-install-recommends {}", packages.join(" "));
    println!("Debian installs it with:\n  {line}");
    if !works("apt-get", &["--version"]) {
        bail!("install what is missing with the tools of this system, then try again");
    }
    if !yes && !said_yes()? {
        bail!("not installed; run the line above, then try again");
    }
    run(&mut command("sh", &["-c", &format!("{sudo}apt-get update -q && DEBIAN_FRONTEND=noninteractive {line} -q")]))?;
    match missing.iter().find(|part| !part.is_there()) {
        Some(part) => bail!("{} is still missing after the installation", part.need()),
        None => Ok(()),
    }
}

fn said_yes() -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("Install it now? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Whether to install without asking: `--yes`, or a CI machine.
pub(crate) fn unattended(flag: bool) -> bool {
    flag || std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
