//! What can be wrong with a configuration, in words for the person who wrote it.

use std::path::PathBuf;

/// A configuration that can not be used. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value has the wrong type or is out of range.
    #[error("{place}: key `{key}`: expected {expected}, got: {got}")]
    BadValue {
        /// The file, or the name of the environment variable.
        place: String,
        /// The key.
        key: String,
        /// What would be accepted.
        expected: String,
        /// What was found.
        got: String,
    },
    /// The file is not YAML, or not a mapping.
    #[error("{}: not a valid configuration file: {reason}", file.display())]
    BadFile {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file can not be read.
    #[error("{}: can not be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file was written for a release we do not know.
    #[error("{}: key `schema_version`: expected {expected}, got: {got}", file.display())]
    UnknownSchema {
        /// The file.
        file: PathBuf,
        /// The versions we read.
        expected: &'static str,
        /// What was found.
        got: String,
    },
    /// No root directory was named and there is no home directory to fall back on.
    #[error("no root directory: give `--root DIR` or set INVOKEAI_ROOT")]
    NoRoot,
    /// Two settings contradict each other.
    #[error("{0}")]
    Contradiction(String),
}
