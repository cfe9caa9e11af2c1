//! Recognise several models anew.

use super::bulk::{Failed, Keys, each};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

/// What became of the models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkReidentifyModelsResponse {
    /// List of successfully reidentified model keys
    succeeded: Vec<String>,
    /// List of failed reidentifications with error messages
    failed: Vec<Failed>,
}

/// Recognises models anew; what their owner said about them stays.
#[utoipa::path(operation_id = "bulk_reidentify_models", tag = "model_manager", request_body = Keys,
    responses((status = 200, description = "Models reidentified (possibly with some failures)",
        body = BulkReidentifyModelsResponse)))]
#[post("/api/v2/models/i/bulk_reidentify")]
pub(crate) async fn bulk_reidentify(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Keys { keys } = call.body().await?;
    let (succeeded, failed) =
        call.run(move |app, actor| each(keys, |key| app.models.reidentify(actor, key).map(drop))).await?;
    Ok(json(&BulkReidentifyModelsResponse { succeeded, failed }))
}
