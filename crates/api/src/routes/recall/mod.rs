//! Settings that a program outside hands to somebody's page.

pub(crate) mod get;
pub(crate) mod update;

mod parameters;

use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct QueuePath {
    /// The queue id to perform this operation on
    queue_id: String,
}
