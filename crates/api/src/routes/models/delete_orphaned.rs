//! Remove files that belong to no model.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Request to delete specific orphaned model directories.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DeleteOrphanedModelsRequest {
    /// List of relative paths to delete
    paths: Vec<String>,
}

/// Response from deleting orphaned models.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct DeleteOrphanedModelsResponse {
    /// Paths that were successfully deleted
    deleted: Vec<String>,
    /// Paths that had errors, with error messages
    errors: BTreeMap<String, &'static str>,
}

/// Removes files and folders of the models folder that no model is made of; others are refused by name.
#[utoipa::path(operation_id = "delete_orphaned_models", tag = "model_manager", request_body = DeleteOrphanedModelsRequest,
    responses((status = 200, body = DeleteOrphanedModelsResponse)))]
#[delete("/api/v2/models/sync/orphaned")]
pub(crate) async fn delete_orphaned(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let DeleteOrphanedModelsRequest { paths } = call.body().await?;
    let removals = call.run(move |app, actor| app.models.delete_orphaned(actor, &paths)).await?;
    let mut answer = DeleteOrphanedModelsResponse::default();
    for removal in removals {
        match removal.refused {
            None => answer.deleted.push(removal.path),
            Some(reason) => {
                answer.errors.insert(removal.path, reason);
            }
        }
    }
    Ok(json(&answer))
}
