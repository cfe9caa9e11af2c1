//! Call an installation off.

use super::get_install::JobPath;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete};
use invoke_model_manager::ModelError;
use serde_json::Value;

/// Calls an installation off and removes what was downloaded; one that is being registered is over in a moment.
#[utoipa::path(operation_id = "cancel_model_install_job", tag = "model_manager", params(JobPath),
    responses((status = 201, description = "The job was cancelled successfully"),
        (status = 415, description = "No such job")))]
#[delete("/api/v2/models/install/{id}")]
pub(crate) async fn cancel_install(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    let cancelled = call.run(move |app, actor| match app.models.cancel_job(actor, id) {
        Err(ModelError::NoSuchJob(_)) => Ok(false),
        other => other.map(|()| true),
    });
    if cancelled.await? {
        Ok(HttpResponse::Created().json(Value::Null))
    } else {
        // The status the reference has for it.
        Err(ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("No job with id {id} known")))
    }
}
