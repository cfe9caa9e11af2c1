//! `cargo xtask`: everything a person does with this repository besides editing it. One file per command.
//!
//! It depends on no crate of ours, so that it builds in seconds on a fresh machine; whatever needs our code is run as a
//! program.
#![expect(clippy::print_stdout, reason = "a command's product is text")]

mod bench;
mod dist;
mod fixtures;
mod layers;
mod libtorch;
mod openapi;
mod screenshots;
mod serve;
mod shell;
mod system;
mod test;
mod tidy;
mod web;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of the invokeai-rs repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find libtorch, or fetch it, and link it to `.libtorch`.
    Libtorch {
        /// The build for NVIDIA devices (3 GB) instead of the one for CPUs (450 MB).
        #[arg(long)]
        cuda: bool,
    },
    /// Build the web pages if their sources changed.
    Web,
    /// Prepare everything, build in release mode and start the server.
    Serve(serve::Options),
    /// Prepare everything and run every check and test.
    Test(test::Options),
    /// Check the rules of the repository that no compiler knows.
    Tidy,
    /// Check which crate imports which, and that libtorch stays where it belongs.
    Layers,
    /// Write docs/openapi.json, or compare with it.
    Openapi {
        /// Fail when the committed file differs.
        #[arg(long)]
        check: bool,
    },
    /// Make the test fixtures anew (needs Python packages).
    Fixtures {
        /// Only the scripts with these names.
        only: Vec<String>,
    },
    /// Pack a release: executables, libtorch, guides, licences.
    Dist(dist::Options),
    /// Photograph every page into docs/screenshots.
    Screenshots(screenshots::Options),
    /// Measure the server, side by side with another one if given.
    Bench(bench::Options),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Libtorch { cuda } => libtorch::prepare(cuda),
        Command::Web => web::build(),
        Command::Serve(options) => serve::run(options),
        Command::Test(options) => test::run(&options),
        Command::Tidy => tidy::run(),
        Command::Layers => layers::run(),
        Command::Openapi { check } => openapi::run(check),
        Command::Fixtures { only } => fixtures::run(&only),
        Command::Dist(options) => dist::run(&options),
        Command::Screenshots(options) => screenshots::run(&options),
        Command::Bench(options) => bench::run(&options),
    }
}
