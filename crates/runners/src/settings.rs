//! What is configured.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How workers are started and kept.
#[derive(Debug, Clone)]
pub struct RunnerSettings {
    /// The worker's program.
    pub worker_binary: PathBuf,
    /// One worker each: `cpu`, `cuda:0`, …
    pub devices: Vec<String>,
    /// A worker that had nothing to do for so long is ended and its memory given back; `None` keeps it.
    pub idle: Option<Duration>,
    /// Time a worker has from its start until it can work.
    pub start_timeout: Duration,
    /// Time a worker has to end a canceled run before its process is ended.
    pub cancel_grace: Duration,
    /// Waiting between attempts to start a worker.
    pub backoff: Backoff,
    /// Hash of the catalogue that workers must have.
    pub catalogue_hash: String,
    /// Where the folder of the socket is made; a short path, since a socket's path has at most 107 bytes.
    pub runtime_dir: PathBuf,
    /// Where workers get their scratch folders.
    pub scratch_dir: PathBuf,
    /// Where prompt files lie that nodes may read; need not exist.
    pub prompts_dir: PathBuf,
    /// What workers are told.
    pub worker: WorkerSettings,
    /// The environment of the server; workers get a short list of it.
    pub environment: Vec<(OsString, OsString)>,
}

impl RunnerSettings {
    /// The usual numbers for this program and these devices, in this process's environment.
    pub fn new(worker_binary: impl Into<PathBuf>, devices: Vec<String>, scratch_dir: impl Into<PathBuf>) -> Self {
        Self {
            worker_binary: worker_binary.into(),
            devices,
            idle: None,
            start_timeout: Duration::from_secs(120),
            cancel_grace: Duration::from_secs(30),
            backoff: Backoff { first: Duration::from_millis(500), max: Duration::from_secs(30) },
            catalogue_hash: String::new(),
            runtime_dir: std::env::temp_dir(),
            scratch_dir: scratch_dir.into(),
            prompts_dir: PathBuf::from("prompts"),
            worker: WorkerSettings::default(),
            environment: std::env::vars_os().collect(),
        }
    }
}

/// How long to wait before the next attempt after some failed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first.
    pub first: Duration,
    /// Each further one doubles the time up to this.
    pub max: Duration,
}

impl Backoff {
    pub(crate) fn after(self, failures: u32) -> Duration {
        match failures {
            0 => Duration::ZERO,
            n => self.first.saturating_mul(1 << (n - 1).min(20)).min(self.max),
        }
    }
}

/// The settings of the computing side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerSettings {
    /// `auto`, `float32`, `float16` or `bfloat16`.
    pub precision: String,
    /// Folders with model files.
    pub models_dirs: Vec<PathBuf>,
    /// Bytes of main memory that cached models may fill; 0 lets the worker choose.
    pub cache_bytes: u64,
    /// Bytes of device memory that models may fill; 0 lets the worker choose.
    pub device_cache_bytes: u64,
    /// Bytes of device memory that models leave free for computing.
    pub device_working_bytes: u64,
    /// Whether a model that does not fit is kept whole all the same, not in part.
    pub whole_models: bool,
    /// Seconds without work after which models leave the memory; 0 for never.
    pub keep_alive_seconds: u64,
    /// Entries of the cache of node results.
    pub node_cache_entries: u32,
    /// Decode pictures in tiles.
    pub tiled_decode: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_its_limit() {
        let backoff = Backoff { first: Duration::from_secs(1), max: Duration::from_secs(10) };
        let seconds: Vec<u64> = (0..7).map(|failures| backoff.after(failures).as_secs()).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 10, 10]);
        assert_eq!(backoff.after(u32::MAX).as_secs(), 10);
    }
}
