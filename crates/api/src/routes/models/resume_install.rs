//! Let an installation go on.

use super::get_install::JobPath;
use super::job::{ModelInstallJob, told};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Lets an installation that stands still go on where it stopped.
#[utoipa::path(operation_id = "resume_model_install_job", tag = "model_manager", params(JobPath),
    responses((status = 201, description = "The job was resumed successfully", body = ModelInstallJob),
        (status = 415, description = "No such job")))]
#[post("/api/v2/models/install/{id}/resume")]
pub(crate) async fn resume_install(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    told(call, move |models, actor| models.resume_job(actor, id)).await
}
