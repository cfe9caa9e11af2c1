//! Convert a model.

use super::KeyPath;
use super::shown::shown;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, json};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, put};
use invoke_domain::ModelKey;
use invoke_model_manager::ModelError;
use std::path::Path;

/// Converts a main model that is one file into a folder in the layout of diffusers, in place of the file.
#[utoipa::path(operation_id = "convert_model", tag = "model_manager", params(KeyPath),
    responses((status = 200, description = "Model converted successfully", body = AnyModelConfig),
        (status = 400, description = "Bad request"), (status = 404, description = "Model not found"),
        (status = 409, description = "The model can not be converted now")))]
#[put("/api/v2/models/convert/{key}")]
pub(crate) async fn convert(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let converted = call.run(move |app, actor| {
        let make = |from: &Path, to: &Path| app.queue.convert_model(from, to).map_err(|error| error.to_string());
        match app.models.convert(actor, &key, make) {
            // The status the reference has for it.
            Err(ModelError::NotFound) => {
                Err(ApiError::refused(StatusCode::FAILED_DEPENDENCY, ModelError::NotFound.to_string()))
            }
            other => Ok(shown(app, other?)),
        }
    });
    Ok(json(&converted.await?))
}
