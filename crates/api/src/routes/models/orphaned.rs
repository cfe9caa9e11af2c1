//! Files that belong to no model.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_model_manager::OrphanedModel;
use serde::Serialize;
use utoipa::ToSchema;

/// Information about an orphaned model directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrphanedModelInfo {
    /// Relative path to the orphaned directory from models root
    path: String,
    /// Absolute path to the orphaned directory
    absolute_path: String,
    /// List of model files in this directory
    files: Vec<String>,
    /// Total size of all files in bytes
    size_bytes: u64,
}

impl From<OrphanedModel> for OrphanedModelInfo {
    fn from(orphan: OrphanedModel) -> Self {
        Self {
            path: orphan.path.display().to_string(),
            absolute_path: orphan.absolute_path.display().to_string(),
            files: orphan.files.into_iter().map(|file| file.display().to_string()).collect(),
            size_bytes: orphan.bytes,
        }
    }
}

/// Files and folders in the models folder that no model is made of.
#[utoipa::path(operation_id = "get_orphaned_models", tag = "model_manager",
    responses((status = 200, body = Vec<OrphanedModelInfo>)))]
#[get("/api/v2/models/sync/orphaned")]
pub(crate) async fn orphaned(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let found = call.run(|app, actor| app.models.orphaned(actor)).await?;
    Ok(json(&found.into_iter().map(OrphanedModelInfo::from).collect::<Vec<_>>()))
}
