//! Download one file once more.

use super::get_install::JobPath;
use super::job::{ModelInstallJob, told};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_graph::Problem;

/// Downloads one file of an installation once more, from its first byte on. The body is its address.
#[utoipa::path(operation_id = "restart_model_install_file", tag = "model_manager", params(JobPath), request_body = String,
    responses((status = 201, description = "File restarted successfully", body = ModelInstallJob),
        (status = 415, description = "No such job")))]
#[post("/api/v2/models/install/{id}/restart_file")]
pub(crate) async fn restart_file(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let JobPath { id } = call.path()?;
    let body = call.any_body().await?;
    let Some(url) = body.as_str().map(str::to_owned) else {
        let problem = Problem::new("url_type", &["body".into()], "URL input should be a string or URL", &body);
        return Err(ApiError::invalid(problem));
    };
    told(call, move |models, actor| models.restart_file(actor, id, &url)).await
}
