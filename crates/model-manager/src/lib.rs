//! Installed models: what a file or folder is ([`identify`]), installing it in the background, the records, and where a
//! record's files lie. It reads configuration files and the headers of weights, never weights into memory; tensors are the
//! engine's.
//!
//! Start reading at [`Models`].

mod access;
mod claims;
mod convert;
mod covers;
mod digest;
mod download;
mod error;
mod files;
mod hash;
mod hub;
pub mod identify;
mod install;
mod manage;
mod models;
mod orphaned;
mod relationships;
mod shipped;
mod sidecar;
mod starter;

pub use covers::COVER_LIMIT;
pub use digest::HashAlgorithm;
pub use download::{DownloadSettings, Part, PartStatus, RemoteToken};
pub use error::ModelError;
pub use files::size_on_disk;
pub use hash::content_hash;
pub use hub::{HUB, HubError, HubLogin, HubToken, RemoteFile, Repository};
pub use install::{CIVITAI, InstallJob, InstallStatus, Source};
pub use invoke_storage::board_shares::Person;
pub use invoke_storage::models::ModelOrder;
pub use manage::FoundModel;
pub use models::{ModelQuery, ModelSettings, Models};
pub use orphaned::{OrphanedModel, Removal};
pub use shipped::ShippedModel;
pub use starter::{StarterBundle, StarterModel, StarterModels};
