//! `invokeai-web`: arguments in, a server until it is told to stop or one command on its root, an exit code out.

mod commands;

use clap::Parser;
use clap::error::ErrorKind;
use commands::Command;
use invoke_config::{LoadOptions, Settings};
use invoke_server::{Parts, Server, logging};
use std::path::PathBuf;
use std::process::ExitCode;

/// The program was started in a way it cannot follow.
const USAGE: u8 = 2;
/// The program was understood and could not do it.
const FAILURE: u8 = 1;

/// Serves the web pages and the API of invokeai-rs; with a command, does that one thing on the root instead.
#[derive(Debug, Parser)]
#[command(name = "invokeai-web", version = VERSION, disable_help_subcommand = true)]
struct Arguments {
    /// Root directory: configuration, database, models, outputs.
    #[arg(long, value_name = "DIR", global = true)]
    root: Option<PathBuf>,
    /// Configuration file; `invokeai.yaml` in the root directory otherwise.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Address to listen on; 0.0.0.0 for the whole network.
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on; the next free one is taken when it is in use.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// What is logged: debug, info, warning, error or critical.
    #[arg(long, value_name = "LEVEL", global = true)]
    log_level: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (InvokeAI 6.14.2 API)");

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.kind() == ErrorKind::DisplayVersion => {
            say(&format!("invokeai-rs {VERSION}"));
            return ExitCode::SUCCESS;
        }
        Err(error) => error.exit(),
    };
    let options = LoadOptions {
        root: arguments.root,
        config_file: arguments.config,
        host: arguments.host,
        port: arguments.port,
        log_level: arguments.log_level,
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        // A command works on a root that is there; only the server makes one.
        read_only: arguments.command.is_some(),
    };
    let loaded = match Settings::load(options) {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&anyhow::Error::from(error));
            return ExitCode::from(USAGE);
        }
    };
    if let Err(error) = logging::start(&loaded.settings.logging) {
        complain(&anyhow::Error::from(error));
        return ExitCode::from(USAGE);
    }
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let result = match arguments.command {
        Some(command) => command.run(&loaded.settings),
        None => serve(&loaded.settings).map(|()| ExitCode::SUCCESS),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::from(FAILURE)
        }
    }
}

/// Serves until told to stop.
fn serve(settings: &Settings) -> anyhow::Result<()> {
    let server = Server::start(settings, Parts::real()?)?;
    let url = server.url();
    until_told_to_stop(|| say(&format!("invokeai-rs is running on {url} (press Ctrl+C to stop)")))?;
    tracing::info!("stopping");
    server.stop();
    Ok(())
}

/// Waits for a signal to end; `ready` is called once signals are listened to.
fn until_told_to_stop(ready: impl FnOnce()) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        ready();
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}

#[expect(clippy::print_stdout, reason = "said to the person who started it, whatever is logged")]
fn say(line: &str) {
    println!("{line}");
}

/// One line: what went wrong, and why.
fn complain(error: &anyhow::Error) {
    eprintln!("invokeai-web: {error:#}");
}
