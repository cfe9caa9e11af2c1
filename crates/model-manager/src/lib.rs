//! Installed models: what a file or folder is ([`identify`]), installing it in the background, the records, and where a
//! record's files lie. It reads configuration files and the headers of weights, never weights into memory; tensors are the
//! engine's.
//!
//! Start reading at [`Models`].

mod error;
mod hash;
pub mod identify;
mod install;
mod jobs;
mod manage;
mod models;
mod relationships;

pub use error::ModelError;
pub use hash::{content_hash, size_on_disk};
pub use invoke_storage::models::ModelOrder;
pub use jobs::{InstallJob, InstallStatus};
pub use manage::FoundModel;
pub use models::{ModelQuery, ModelSettings, Models};
