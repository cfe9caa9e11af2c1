//! Install a model.

use super::job::ModelInstallJob;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::ModelRecordChanges;
use actix_web::{HttpResponse, post};
use invoke_model_manager::Source as ModelSource;
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
    /// access token for the remote resource
    access_token: Option<String>,
}

/// Begins to install a model; the job tells how it goes. The source is a file or folder of the server's machine, an address,
/// or a repository of Hugging Face (`organisation/name`, `organisation/name:variant:folder`, `organisation/name::folder`).
#[utoipa::path(operation_id = "install_model", tag = "model_manager", params(Source), request_body = ModelRecordChanges,
    responses((status = 201, description = "The model imported successfully", body = ModelInstallJob),
        (status = 415, description = "Unrecognized file/folder format"),
        (status = 424, description = "The model appeared to import successfully, but could not be found in the model manager"),
        (status = 409, description = "There is already a model corresponding to this path or repo_id")))]
#[post("/api/v2/models/install")]
pub(crate) async fn install(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let asked: Source = call.query()?;
    let changes: Map<String, Value> = call.object_body().await?;
    let job = call.run(move |app, actor| {
        let source = ModelSource::read(&asked.source, asked.inplace.unwrap_or_default(), asked.access_token)?;
        app.models.install(actor, source, changes)
    });
    Ok(HttpResponse::Created().json(ModelInstallJob::from(job.await?)))
}
