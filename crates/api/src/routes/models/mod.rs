//! Installed models and installations.

pub(crate) mod bulk_delete;
pub(crate) mod bulk_reidentify;
pub(crate) mod cancel_install;
pub(crate) mod convert;
pub(crate) mod delete;
pub(crate) mod delete_image;
pub(crate) mod delete_orphaned;
pub(crate) mod empty_cache;
pub(crate) mod get;
pub(crate) mod get_access;
pub(crate) mod get_by_attrs;
pub(crate) mod get_by_hash;
pub(crate) mod get_image;
pub(crate) mod get_install;
pub(crate) mod hub_login_status;
pub(crate) mod hub_repository;
pub(crate) mod hub_sign_in;
pub(crate) mod hub_sign_out;
pub(crate) mod install;
pub(crate) mod install_from_hub;
pub(crate) mod list;
pub(crate) mod list_installs;
pub(crate) mod missing;
pub(crate) mod orphaned;
pub(crate) mod pause_install;
pub(crate) mod prune_installs;
pub(crate) mod reidentify;
pub(crate) mod restart_failed;
pub(crate) mod restart_file;
pub(crate) mod resume_install;
pub(crate) mod scan_folder;
pub(crate) mod set_access;
pub(crate) mod set_image;
pub(crate) mod starter_models;
pub(crate) mod stats;
pub(crate) mod update;

mod access;
mod bulk;
mod hub_login;
mod job;
mod part;
mod shown;
mod words;

use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct KeyPath {
    /// Unique key of the model
    key: String,
}
