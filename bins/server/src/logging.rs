//! The log: lines on standard error, in a file, or both. Secrets never get here: settings hide theirs, tokens and passwords
//! are not logged.

use invoke_config::sections::{LogFormat, LogLevel, Logging};
use std::fs::{File, OpenOptions};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, reload};

/// A handler of `log_handlers` that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`log_handlers`: cannot write to the file `{}`", file.display())]
pub struct LogFileError {
    file: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Starts logging for the whole process, to where `log_handlers` says. Later calls change nothing.
///
/// # Errors
/// When a log file cannot be opened; then nothing is logged.
pub fn start(settings: &Logging) -> Result<(), LogFileError> {
    let handlers = settings.log_handlers.iter().map(String::as_str);
    let (files, others): (Vec<_>, Vec<_>) = handlers.partition(|handler| handler.starts_with("file="));
    let (consoles, unknown): (Vec<_>, Vec<_>) = others.into_iter().partition(|handler| *handler == "console");
    // Whoever asks for handlers of which none is to be had still sees what happens.
    let console = (!consoles.is_empty() || files.is_empty()).then(|| {
        let colours = settings.log_format == LogFormat::Color
            && std::io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none();
        fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours)
    });
    let files = files.into_iter().map(|handler| append_to(Path::new(&handler["file=".len()..])));
    let files = files.collect::<Result<Vec<_>, _>>()?.into_iter();
    let files: Vec<_> = files
        .map(|file| fmt::layer().with_writer(Mutex::new(file)).with_target(false).with_ansi(false))
        .collect();
    // A list of no layers would switch everything off, the console too.
    let files = (!files.is_empty()).then_some(files);
    let network = level(settings.log_level_network);
    let (targets, handle) = reload::Layer::new(targets(level(settings.log_level), network));
    // A test or a second server in the same process has started it already.
    if tracing_subscriber::registry().with(targets).with(console).with(files).try_init().is_ok() {
        let _ = TARGETS.set((handle, network));
    }
    for handler in unknown {
        tracing::warn!("`log_handlers`: expected `console` or `file=PATH`, got `{handler}`, which is left out");
    }
    Ok(())
}

fn append_to(file: &Path) -> Result<File, LogFileError> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    opened.map_err(|source| LogFileError { file: file.to_owned(), source })
}

/// What decides which messages are written, and the level for the network's.
static TARGETS: OnceLock<(reload::Handle<Targets, Registry>, LevelFilter)> = OnceLock::new();

fn targets(all: LevelFilter, network: LevelFilter) -> Targets {
    Targets::new()
        .with_default(all)
        .with_targets(["actix_server", "actix_http", "h2", "hyper", "tonic", "tower"].map(|name| (name, network)))
}

/// Writes messages from another level on, given as the API's number. Without a log nothing changes.
pub(crate) fn set_level(number: u8) {
    let all = match number {
        0..=10 => LevelFilter::DEBUG,
        11..=20 => LevelFilter::INFO,
        21..=30 => LevelFilter::WARN,
        _ => LevelFilter::ERROR,
    };
    if let Some((handle, network)) = TARGETS.get() {
        // It fails only when the log has ended with the process.
        let _ = handle.reload(targets(all, *network));
    }
}

/// The API's number of a level.
pub(crate) fn number(level: LogLevel) -> u8 {
    match level {
        LogLevel::Debug => 10,
        LogLevel::Info => 20,
        LogLevel::Warning => 30,
        LogLevel::Error => 40,
        LogLevel::Critical => 50,
    }
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warning => LevelFilter::WARN,
        LogLevel::Error | LogLevel::Critical => LevelFilter::ERROR,
    }
}
