//! Installations since the server started.

use super::job::ModelInstallJob;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// Every installation since the server started.
#[utoipa::path(operation_id = "list_model_installs", tag = "model_manager",
    responses((status = 200, body = Vec<ModelInstallJob>)))]
#[get("/api/v2/models/install")]
pub(crate) async fn list_installs(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let jobs = call.run(|app, actor| app.models.jobs(actor)).await?;
    Ok(json(&jobs.into_iter().map(ModelInstallJob::from).collect::<Vec<_>>()))
}
