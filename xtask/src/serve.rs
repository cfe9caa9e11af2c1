//! From a clone to a running server.

use crate::shell::{self, Stages, cargo, command, root};
use crate::system::{Part, require, unattended};
use crate::{libtorch, web};
use anyhow::{Context, Result, bail};
use std::os::unix::process::CommandExt;

/// How to serve.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(long)]
    yes: bool,
    /// Use the build for NVIDIA devices.
    #[arg(long)]
    cuda: bool,
    /// Arguments for `invokeai-web`, like `-- --root DIR --port 9091`.
    #[arg(last = true)]
    server: Vec<String>,
}

/// Builds server and worker in release mode.
///
/// # Errors
/// When the build fails.
pub(crate) fn build() -> Result<()> {
    let mut build = cargo(&["build", "--release", "--package", "invoke-server", "--features", "invoke-server/web-ui"]);
    for command in ["invoke-useradd", "invoke-userlist", "invoke-usermod", "invoke-userdel"] {
        build.args(["--package", command]);
    }
    shell::run(build.args(["--package", "invoke-worker"]))
}

/// Prepares, builds and becomes the server.
///
/// # Errors
/// When something is missing or a build fails.
pub(crate) fn run(options: Options) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("system", || require(&[Part::Compiler, Part::Pip, Part::Node], unattended(options.yes)))?;
    stages.stage("libtorch", || libtorch::prepare(options.cuda))?;
    stages.stage("web pages", web::build)?;
    stages.stage("server and worker", build)?;
    stages.report();
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), Into::into);
    let server = target.join("release/invokeai-web");
    if !server.exists() {
        bail!("{} was not built", server.display());
    }
    let server = server.to_str().context("the path of the checkout is not UTF-8")?;
    let error = command(server, &[]).args(options.server).current_dir(std::env::current_dir()?).exec();
    Err(error).context("can not start the server")
}
