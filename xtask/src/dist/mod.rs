//! One archive with everything an installation needs: `invokeai-rs-<version>-linux-x86_64.tar.gz`.

mod licences;

use crate::shell::{self, Stages, command, root};
use crate::system::{Part, require, unattended};
use crate::{libtorch, serve, web};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The executables.
const PROGRAMS: [&str; 6] =
    ["invokeai-web", "invokeai-worker", "invoke-useradd", "invoke-userlist", "invoke-usermod", "invoke-userdel"];

/// Files of the checkout, and where they lie in the archive.
const FILES: [(&str, &str); 10] = [
    ("packaging/README.md", "README.md"),
    ("packaging/Containerfile", "Containerfile"),
    ("packaging/systemd/invokeai-rs.service", "systemd/invokeai-rs.service"),
    ("LICENSE", "LICENSE"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("docs/admin-guide.md", "docs/admin-guide.md"),
    ("docs/user-guide.md", "docs/user-guide.md"),
    ("docs/api-guide.md", "docs/api-guide.md"),
    ("docs/permissions.md", "docs/permissions.md"),
    ("docs/compatibility.md", "docs/compatibility.md"),
];

/// What to put into the archive.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(long)]
    yes: bool,
    /// Leave libtorch out, for machines that have one: 450 MB less before compression.
    #[arg(long)]
    without_libtorch: bool,
    /// Compress less, in a fraction of the time.
    #[arg(long)]
    fast: bool,
    /// Take the executables of this folder instead of building a release.
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Where to put the archive; `target/dist` otherwise.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds what is needed and packs it.
///
/// # Errors
/// When something is missing, a build fails, or the archive cannot be written.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), PathBuf::from);
    let binaries = match &options.binaries {
        Some(binaries) => binaries.clone(),
        None => {
            let parts = [Part::Compiler, Part::Pip, Part::Node];
            stages.stage("system", || require(&parts, unattended(options.yes)))?;
            stages.stage("libtorch", || libtorch::prepare(false))?;
            stages.stage("web pages", web::build)?;
            stages.stage("server and worker", serve::build)?;
            target.join("release")
        }
    };
    let out = options.out.clone().unwrap_or_else(|| target.join("dist"));
    let name = format!("invokeai-rs-{}-linux-x86_64", env!("CARGO_PKG_VERSION"));
    let folder = out.join(&name);
    let archive = out.join(format!("{name}.tar.gz"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    stages.stage("files", || files(&folder))?;
    stages.stage("licences", || licences::write(&folder.join("licences"), !options.without_libtorch))?;
    stages.stage("executables", || programs(&binaries, &folder.join("bin")))?;
    if !options.without_libtorch {
        stages.stage("libtorch's libraries", || libraries(&libtorch::folder()?, &folder.join("lib")))?;
    }
    stages.stage("archive", || pack(&out, &name, &archive, options.fast))?;
    stages.report();
    println!("{}", archive.display());
    Ok(())
}

fn files(folder: &Path) -> Result<()> {
    for (from, to) in FILES {
        copy(&root().join(from), &folder.join(to))?;
    }
    Ok(())
}

/// The executables without what only a debugger reads.
fn programs(binaries: &Path, folder: &Path) -> Result<()> {
    for name in PROGRAMS {
        let program = folder.join(name);
        copy(&binaries.join(name), &program)?;
        shell::run(command("strip", &["--strip-debug"]).arg(&program))?;
    }
    Ok(())
}

/// The shared libraries; those that are another name for one stay so.
fn libraries(libtorch: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let lib = libtorch.join("lib");
    let mut count = 0;
    for entry in std::fs::read_dir(&lib).with_context(|| lib.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_string_lossy().contains(".so") {
            continue;
        }
        count += 1;
        if entry.file_type()?.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, folder.join(name))?;
        } else {
            copy(&entry.path(), &folder.join(name))?;
        }
    }
    if count == 0 {
        bail!("{} holds no libraries", lib.display());
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(from, to).with_context(|| format!("can not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Packs in order of names and as nobody's, so that the same files give the same archive.
fn pack(out: &Path, name: &str, archive: &Path, fast: bool) -> Result<()> {
    let mut tar = command("tar", &["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]);
    tar.arg(if fast { "--use-compress-program=gzip -1" } else { "--use-compress-program=gzip -9" })
        .arg("--file")
        .arg(archive)
        .arg("--directory")
        .arg(out)
        .arg(name);
    shell::run(&mut tar)
}
