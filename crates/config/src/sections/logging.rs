//! What is logged, where to and how much.

use crate::section::section;
use crate::value::words;

section! {
    /// The log.
    Logging {
        /// `console`, `file=PATH`, `syslog=ADDRESS`, `http=URL`.
        log_handlers: Vec<String> = vec!["console".into()],
        /// How a line looks.
        log_format: LogFormat = LogFormat::Color,
        /// From which level on messages are written.
        log_level: LogLevel = LogLevel::Info,
        /// The same for messages about single requests.
        log_level_network: LogLevel = LogLevel::Warning,
        /// Log SQL statements, at level debug.
        log_sql: bool = false,
        /// Log the tokens of prompts.
        log_tokenization: bool = false,
        /// Log memory before and after each model load.
        log_memory_usage: bool = false,
        /// Accepted for the reference's files; there is no source to reload.
        dev_reload: bool = false,
        /// Write a profile of each graph run.
        profile_graphs: bool = false,
        /// Prefix of profile files.
        profile_prefix: Option<String> = None,
    }
}

words! {
    /// How a log line looks.
    LogFormat {
        /// Text only.
        Plain = "plain",
        /// With colours on a terminal.
        Color = "color",
        /// For a syslog daemon.
        Syslog = "syslog",
        /// As in old releases.
        Legacy = "legacy",
    }
}

words! {
    /// How important a message is.
    LogLevel {
        /// For developers.
        Debug = "debug",
        /// What happens.
        Info = "info",
        /// What may be wrong.
        Warning = "warning",
        /// What went wrong.
        Error = "error",
        /// What ends the program.
        Critical = "critical",
    }
}
