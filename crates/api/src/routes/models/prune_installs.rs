//! Forget installations that have ended.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};

/// Forgets installations that have ended.
#[utoipa::path(operation_id = "prune_model_install_jobs", tag = "model_manager",
    responses((status = 204, description = "All completed and errored jobs have been pruned")))]
#[delete("/api/v2/models/install")]
pub(crate) async fn prune_installs(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.run(|app, actor| app.models.prune_jobs(actor)).await?;
    Ok(HttpResponse::NoContent().finish())
}
