//! Which models belong together.

pub(crate) mod add;
pub(crate) mod batch;
pub(crate) mod related;
pub(crate) mod remove;

use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ModelRelationshipCreateRequest)]
pub(crate) struct Pair {
    /// The key of the first model in the relationship
    model_key_1: String,
    /// The key of the second model in the relationship
    model_key_2: String,
}
