//! Installed models and installations.

pub(crate) mod bulk_delete;
pub(crate) mod bulk_reidentify;
pub(crate) mod cancel_install;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_by_attrs;
pub(crate) mod get_by_hash;
pub(crate) mod get_install;
pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod list_installs;
pub(crate) mod missing;
pub(crate) mod prune_installs;
pub(crate) mod reidentify;
pub(crate) mod scan_folder;
pub(crate) mod stats;
pub(crate) mod update;

mod bulk;
mod job;
mod words;

use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct KeyPath {
    /// Unique key of the model
    key: String,
}
