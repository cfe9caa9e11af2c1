//! One installation.

use super::job::ModelInstallJob;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct JobPath {
    /// Model install id
    pub(super) id: i64,
}

/// How an installation stands.
#[utoipa::path(operation_id = "get_model_install_job", tag = "model_manager", params(JobPath),
    responses((status = 200, body = ModelInstallJob), (status = 404, description = "No such job")))]
#[get("/api/v2/models/install/{id}")]
pub(crate) async fn get_install(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    let job = call.run(move |app, actor| app.models.job(actor, id)).await?;
    Ok(json(&ModelInstallJob::from(job)))
}
