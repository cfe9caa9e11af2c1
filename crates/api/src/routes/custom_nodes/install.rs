//! Install a node pack: refused.

use super::never;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "nothing is ever installed")]
pub(crate) struct InstallNodePackRequest {
    /// Git URL of the node pack to install.
    source: String,
}

/// Nodes of third parties are not run; the answer says so.
#[utoipa::path(operation_id = "install_custom_node_pack", tag = "custom_nodes", request_body = InstallNodePackRequest,
    responses((status = 501, description = "Nodes of third parties are not run")))]
#[post("/api/v2/custom_nodes/install")]
pub(crate) async fn install(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.body::<InstallNodePackRequest>().await?;
    Err(never())
}
