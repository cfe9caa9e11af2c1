//! The log: lines on standard error. Secrets never get here: settings hide theirs, tokens and passwords are not logged.

use invoke_config::sections::{LogFormat, LogLevel, Logging};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, reload};

/// Starts logging for the whole process. Later calls change nothing.
pub fn start(settings: &Logging) {
    let colours = settings.log_format == LogFormat::Color
        && std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none();
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let network = level(settings.log_level_network);
    let (targets, handle) = reload::Layer::new(targets(level(settings.log_level), network));
    // A test or a second server in the same process has started it already.
    if tracing_subscriber::registry().with(targets).with(lines).try_init().is_ok() {
        let _ = TARGETS.set((handle, network));
    }
    for handler in settings.log_handlers.iter().filter(|handler| *handler != "console") {
        tracing::warn!("`log_handlers` entry is not supported yet; the log goes to standard error: {handler}");
    }
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
