//! The node packs there are: none.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodePackListResponse {
    /// List of installed node packs.
    node_packs: Vec<NodePackInfo>,
    /// The configured custom nodes directory path.
    custom_nodes_path: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodePackInfo {
    /// The name of the node pack.
    name: String,
    /// The path to the node pack directory.
    path: String,
    /// The number of nodes in the pack.
    node_count: u32,
    /// The invocation types provided by this node pack.
    node_types: Vec<String>,
}

/// The node packs in use: none, whatever lies in the folder.
#[utoipa::path(operation_id = "list_custom_node_packs", tag = "custom_nodes",
    responses((status = 200, body = NodePackListResponse)))]
#[get("/api/v2/custom_nodes/")]
pub(crate) async fn list(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let custom_nodes_path = call.app().custom_nodes_dir.display().to_string();
    Ok(json(&NodePackListResponse { node_packs: Vec::new(), custom_nodes_path }))
}
