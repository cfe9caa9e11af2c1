//! What can go wrong with workers.

use std::path::PathBuf;
use std::time::Duration;

/// Workers cannot be served at all.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The socket for workers cannot be made.
    #[error("cannot make the socket for workers at `{}`", path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A socket's path has a limit that the folder exceeds.
    #[error("the path of the socket for workers has at most {limit} bytes, `{}` is longer; choose a shorter TMPDIR", path.display())]
    PathTooLong {
        /// The path.
        path: PathBuf,
        /// The limit.
        limit: usize,
    },
    /// The folder for scratch folders cannot be used.
    #[error("cannot prepare the scratch folder `{}`", path.display())]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The threads for runners cannot be started.
    #[error("cannot start the threads that watch workers")]
    Runtime(#[source] std::io::Error),
}

/// One attempt to start a worker failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("the program `{}` cannot be started: {source}", program.display())]
    Spawn {
        program: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("no scratch folder can be made for it: {0}")]
    Scratch(#[source] std::io::Error),
    #[error("it {ended} before it was ready{}", said(log))]
    Ended { ended: String, log: Vec<String> },
    #[error("it was not ready after {} seconds", .0.as_secs())]
    Late(Duration),
    #[error("it is of version {got}, the server of version {expected}; install both from the same build")]
    Version { expected: &'static str, got: String },
    #[error("its nodes differ from those the server knows; install both from the same build")]
    Catalogue,
    #[error("it computes on `{got}`, expected `{expected}`")]
    Device { expected: String, got: String },
}

impl StartError {
    /// Whether another attempt would end the same way.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Version { .. } | Self::Catalogue | Self::Device { .. } => true,
            Self::Spawn { .. } | Self::Scratch(_) | Self::Ended { .. } | Self::Late(_) => false,
        }
    }
}

/// The last words of a process, to go after a statement.
fn said(log: &[String]) -> String {
    log.last().map(|line| format!("; its last words: {line}")).unwrap_or_default()
}
