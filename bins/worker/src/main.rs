//! `invokeai-worker`: computes on one device for one server. It is started by the server, dials back over a Unix socket with
//! the token from its standard input, and executes one session after the other. It has no database, no configuration
//! file and no secrets; the end of its standard input, or of the stream, is its end.

mod host;
mod memory;
mod report;
mod sandbox;
mod work;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use invoke_engine::device::Device;
use invoke_worker_protocol::client::{Attached, Command, attach};
use invoke_worker_protocol::wire::Hello;
use invoke_worker_protocol::{TOKEN_BYTES, VERSION};
use landlock::RulesetStatus;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::time::Duration;

#[derive(Parser)]
#[command(name = "invokeai-worker", version, about = "Computes on one device; started by invokeai-web")]
struct Arguments {
    /// The server's socket.
    #[arg(long)]
    socket: Option<PathBuf>,
    /// The device to compute on: `cpu`, `cuda:0`, …
    #[arg(long, default_value = "cpu")]
    device: String,
    #[command(subcommand)]
    command: Option<Special>,
}

#[derive(Subcommand)]
enum Special {
    /// Print the node catalogue as JSON.
    Catalogue,
    /// Make a main model that is one file a folder in the layout of diffusers.
    Convert {
        /// The file.
        from: PathBuf,
        /// An empty folder.
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // The server reads these lines and puts them into its own log, with the time.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .without_time()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let result = match (&arguments.command, &arguments.socket) {
        (Some(Special::Catalogue), _) => print_catalogue(),
        (Some(Special::Convert { from, to }), _) => convert(from, to),
        (None, Some(socket)) => serve(socket, &arguments.device),
        (None, None) => {
            eprintln!("invokeai-worker is started by invokeai-web; `--socket` is missing");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_catalogue() -> Result<()> {
    let catalogue = serde_json::to_string_pretty(invoke_nodes::registry()?.catalogue())?;
    writeln!(std::io::stdout(), "{catalogue}").context("printing the catalogue")
}

/// Converts a model for the server that started this, and writes nowhere but into `to`.
fn convert(from: &Path, to: &Path) -> Result<()> {
    end_with_the_server()?;
    sandbox::enter_but_for(Some(to))?;
    Ok(invoke_engine::convert::convert(from, to)?)
}

/// For a server that is killed while this process is too busy to notice.
fn end_with_the_server() -> Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .context("asking to be ended with the server")
}

/// Attaches to the server and works until it says stop, or is gone.
fn serve(socket: &Path, device: &str) -> Result<()> {
    invoke_engine::memory::keep_freed();
    // The end of the input says the same.
    end_with_the_server()?;
    if sandbox::enter()? == RulesetStatus::NotEnforced {
        tracing::info!("this kernel has no Landlock: nothing but permissions keeps the worker from writing files");
    }
    let token = read_token(&mut std::io::stdin().lock())?;
    std::thread::spawn(|| {
        // The server holds the other end: when it is gone, however it went, nobody wants our result.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    // Before the server is told that there is a worker.
    let device = Device::choose(device).with_context(|| format!("device `{device}`"))?;
    memory::bind_process(device);
    let registry = invoke_nodes::registry()?;
    let hello = Hello {
        token: token.into(),
        version: VERSION.to_owned(),
        catalogue_hash: registry.catalogue().hash(),
        device: device.to_string(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let Attached { welcome, link, mut commands } = runtime.block_on(attach(socket, hello))?;
    let mut worker = work::Worker::new(registry, device, &welcome);
    let caches = worker.caches().clone();
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move {
        while let Some(command) = commands.next().await {
            match command {
                Command::Run { run, session, owner } => {
                    if sender.send((run, session, owner)).is_err() {
                        break;
                    }
                }
                Command::Cache(command) => caches.command(command),
                Command::Stop => break,
            }
        }
    });
    let keep_alive = (welcome.keep_alive_seconds > 0).then(|| Duration::from_secs(welcome.keep_alive_seconds));
    while let Some((run, session, owner)) =
        next(&receiver, keep_alive, invoke_engine::memory::return_freed, || worker.empty())
    {
        worker.execute(&link.run(run), &session, &owner);
    }
    Ok(())
}

/// The next thing to do; none when there will be nothing more. `idle` is called where nothing waits to be done, `unused` once when
/// nothing came for so long.
fn next<T>(
    receiver: &mpsc::Receiver<T>,
    keep_alive: Option<Duration>,
    idle: impl FnOnce(),
    unused: impl FnOnce(),
) -> Option<T> {
    match receiver.try_recv() {
        Ok(work) => return Some(work),
        Err(TryRecvError::Disconnected) => return None,
        Err(TryRecvError::Empty) => idle(),
    }
    let Some(keep_alive) = keep_alive else { return receiver.recv().ok() };
    match receiver.recv_timeout(keep_alive) {
        Ok(work) => Some(work),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => {
            unused();
            receiver.recv().ok()
        }
    }
}

/// One line of hexadecimal digits.
fn read_token(input: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut line = String::new();
    input.take(4 * TOKEN_BYTES as u64).read_line(&mut line).context("reading the token")?;
    let digits = line.trim();
    let bytes: Option<Vec<u8>> = (0..digits.len())
        .step_by(2)
        .map(|start| digits.get(start..start + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    match bytes {
        Some(token) if token.len() == TOKEN_BYTES => Ok(token),
        _ => bail!("standard input: expected a token of {} hexadecimal digits", 2 * TOKEN_BYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn models_leave_once_when_nothing_comes_for_long_and_work_goes_on_afterwards() {
        let (sender, receiver) = mpsc::channel();
        fn busy() {
            panic!("there is work")
        }
        fn stay() {
            panic!("models stay")
        }
        let idle = Cell::new(0);
        let rests = || idle.set(idle.get() + 1);
        sender.send(1).unwrap();
        assert_eq!(next(&receiver, Some(Duration::ZERO), busy, stay), Some(1));
        let work = next(&receiver, Some(Duration::ZERO), rests, || sender.send(2).unwrap());
        assert_eq!((work, idle.get()), (Some(2), 1));
        assert_eq!(next(&receiver, None, || sender.send(3).unwrap(), stay), Some(3));
        drop(sender);
        assert_eq!(next(&receiver, Some(Duration::from_secs(60)), busy, stay), None);
    }

    #[test]
    fn a_token_is_one_line_of_hexadecimal_digits() {
        let line = "0f".repeat(TOKEN_BYTES) + "\n";
        assert_eq!(read_token(&mut line.as_bytes()).unwrap(), vec![15; TOKEN_BYTES]);
        for bad in ["", "0f\n", "zz", &"0é".repeat(TOKEN_BYTES)] {
            assert!(read_token(&mut bad.as_bytes()).unwrap_err().to_string().contains("64 hexadecimal digits"));
        }
    }
}
