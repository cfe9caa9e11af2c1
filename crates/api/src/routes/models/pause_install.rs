//! Let an installation stand still.

use super::get_install::JobPath;
use super::job::{ModelInstallJob, told};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Lets an installation stand still; what was downloaded is kept.
#[utoipa::path(operation_id = "pause_model_install_job", tag = "model_manager", params(JobPath),
    responses((status = 201, description = "The job was paused successfully", body = ModelInstallJob),
        (status = 415, description = "No such job")))]
#[post("/api/v2/models/install/{id}/pause")]
pub(crate) async fn pause_install(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    told(call, move |models, actor| models.pause_job(actor, id)).await
}
