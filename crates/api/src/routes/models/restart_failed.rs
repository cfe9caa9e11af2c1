//! Download once more what failed.

use super::get_install::JobPath;
use super::job::{ModelInstallJob, told};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Downloads once more the files of an installation that failed or can not go on where they stopped.
#[utoipa::path(operation_id = "restart_failed_model_install_job", tag = "model_manager", params(JobPath),
    responses((status = 201, description = "Failed files restarted successfully", body = ModelInstallJob),
        (status = 415, description = "No such job")))]
#[post("/api/v2/models/install/{id}/restart_failed")]
pub(crate) async fn restart_failed(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    told(call, move |models, actor| models.restart_failed(actor, id)).await
}
