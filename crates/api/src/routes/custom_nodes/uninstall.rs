//! Remove a node pack: there is none.

use super::never;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only documented: no pack is ever installed")]
pub(crate) struct PackPath {
    /// The name of the node pack
    pack_name: String,
}

/// Nodes of third parties are not run; the answer says so.
#[utoipa::path(operation_id = "uninstall_custom_node_pack", tag = "custom_nodes", params(PackPath),
    responses((status = 501, description = "Nodes of third parties are not run")))]
#[delete("/api/v2/custom_nodes/{pack_name}")]
pub(crate) async fn uninstall(_call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Err(never())
}
