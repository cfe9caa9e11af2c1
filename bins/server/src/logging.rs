//! The log: lines on standard error. Secrets never get here: settings hide theirs, tokens and passwords are not logged.

use invoke_config::sections::{LogFormat, LogLevel, Logging};
use std::io::IsTerminal as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging for the whole process. Later calls change nothing.
pub fn start(settings: &Logging) {
    let colours = settings.log_format == LogFormat::Color
        && std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let network = level(settings.log_level_network);
    let targets = Targets::new()
        .with_default(level(settings.log_level))
        .with_targets(["actix_server", "actix_http", "h2", "hyper", "tonic", "tower"].map(|name| (name, network)));
    // A test or a second server in the same process has started it already.
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
    for handler in settings.log_handlers.iter().filter(|handler| *handler != "console") {
        tracing::warn!("`log_handlers` entry is not supported yet; the log goes to standard error: {handler}");
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
