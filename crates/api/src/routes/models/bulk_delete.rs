//! Remove several models.

use super::bulk::{Failed, Keys, each};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of the models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkDeleteModelsResponse {
    /// List of successfully deleted model keys
    deleted: Vec<String>,
    /// List of failed deletions with error messages
    failed: Vec<Failed>,
}

/// Removes models, and their files where they lie in the models folder.
#[utoipa::path(operation_id = "bulk_delete_models", tag = "model_manager", request_body = Keys,
    responses((status = 200, description = "Models deleted (possibly with some failures)",
        body = BulkDeleteModelsResponse)))]
#[post("/api/v2/models/i/bulk_delete")]
pub(crate) async fn bulk_delete(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Keys { keys } = call.body().await?;
    let ended = call.run(move |app, actor| {
        let ended = each(keys, |key| app.models.delete(actor, key))?;
        // Models in memory hold their files open.
        app.queue.empty_model_cache(actor)?;
        Ok::<_, ApiError>(ended)
    });
    let (deleted, failed) = ended.await?;
    Ok(json(&BulkDeleteModelsResponse { deleted, failed }))
}
