//! The keys, by subject.

mod accounts;
mod backups;
mod cache;
mod device;
mod external;
mod logging;
mod models;
mod network;
mod paths;
mod queue;

pub use accounts::{Accounts, BoardSharing, QueueVisibility, WorkflowPublish};
pub use backups::Backups;
pub use cache::Cache;
pub use device::{AttentionType, Device, DeviceName, Devices, Precision, SliceSize};
pub use external::External;
pub use logging::{LogFormat, LogLevel, Logging};
pub use models::{HashingAlgorithm, Models, RemoteToken};
pub use network::{BasePath, Network, Proxies};
pub use paths::{DatabaseSync, ImageSubfolders, Paths};
pub use queue::{Queue, QueueMode, RestartPolicy};
