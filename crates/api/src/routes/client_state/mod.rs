//! What the pages remember, per account: texts under keys. The queue id in the paths means nothing.

pub(crate) mod delete;
pub(crate) mod delete_by_key;
pub(crate) mod get_by_key;
pub(crate) mod get_keys_by_prefix;
pub(crate) mod set_by_key;

use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Key {
    /// Key to act on
    key: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only documented: the state belongs to the account, not to a queue")]
pub(crate) struct QueuePath {
    /// The queue id (ignored, kept for backwards compatibility)
    queue_id: String,
}
