//! Recognise a model anew.

use super::KeyPath;
use super::shown::shown;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, json};
use actix_web::{HttpResponse, post};
use invoke_domain::ModelKey;

/// Recognises a model anew; what its owner said about it stays.
#[utoipa::path(operation_id = "reidentify_model", tag = "model_manager", params(KeyPath),
    responses((status = 200, description = "The model configuration was retrieved successfully", body = AnyModelConfig),
        (status = 400, description = "Bad request"), (status = 404, description = "The model could not be found"),
        (status = 409, description = "The model is in use")))]
#[post("/api/v2/models/i/{key}/reidentify")]
pub(crate) async fn reidentify(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let model = call.run(move |app, actor| app.models.reidentify(actor, &key).map(|model| shown(app, model))).await?;
    Ok(json(&model))
}
