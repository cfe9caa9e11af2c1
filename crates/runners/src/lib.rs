//! Starts and watches worker processes, hands them queue items, answers what their nodes ask for, and tells the bus what
//! they report. One lane per device:
//!
//! ```text
//! lane.rs       claim an item, have a worker, run it, finish it; start, idle end and restart of the device's worker
//! run.rs        one item on one worker: relay its reports, answer it, cancel it
//! process.rs    the child process: environment, token, log lines, how it ended
//! endpoint.rs   the socket workers dial in on, and who is let in
//! service.rs    the verbs of nodes, checked as the item's owner
//! ```
//!
//! Everything here runs on a runtime of its own; blocking calls (SQL, files) go to its blocking threads. The queue is
//! seen through [`Backlog`]. Nothing here knows a node or loads libtorch.

mod backlog;
mod connection;
mod conversion;
mod current;
mod endpoint;
mod error;
mod lane;
mod model_cache;
mod node_cache;
mod process;
mod prompt_files;
mod run;
mod runners;
mod scratch;
mod service;
mod settings;
mod status;

pub use backlog::{Backlog, BacklogError};
pub use error::RunnerError;
pub use runners::Runners;
pub use settings::{Backoff, RunnerSettings, WorkerSettings};
