//! Install a model.

use super::job::ModelInstallJob;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::ModelRecordChanges;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Source {
    /// Model source to install, can be a local path, repo_id, or remote URL
    source: String,
    /// Whether or not to install a local model in place
    #[param(default = false)]
    inplace: Option<bool>,
}

/// Begins to install a file or folder of the server's machine; the job tells how it goes.
#[utoipa::path(operation_id = "install_model", tag = "model_manager", params(Source), request_body = ModelRecordChanges,
    responses((status = 201, body = ModelInstallJob),
        (status = 409, description = "There is already a model corresponding to this path or repo_id")))]
#[post("/api/v2/models/install")]
pub(crate) async fn install(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let asked: Source = call.query()?;
    let changes: Map<String, Value> = call.object_body().await?;
    let inplace = asked.inplace.unwrap_or_default();
    let job = call.run(move |app, actor| app.models.install_local(actor, &asked.source, inplace, changes)).await?;
    Ok(HttpResponse::Created().json(ModelInstallJob::from(job)))
}
