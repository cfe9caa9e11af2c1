//! Installed models and installations.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_install;
pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod list_installs;
pub(crate) mod stats;

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
