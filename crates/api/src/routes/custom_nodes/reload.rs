//! Look for node packs again: refused.

use super::never;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Nodes of third parties are not run; the answer says so.
#[utoipa::path(operation_id = "reload_custom_nodes", tag = "custom_nodes",
    responses((status = 501, description = "Nodes of third parties are not run")))]
#[post("/api/v2/custom_nodes/reload")]
pub(crate) async fn reload(_call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Err(never())
}
