//! One model.

use super::KeyPath;
use super::shown::shown;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, json};
use actix_web::{HttpResponse, get};
use invoke_domain::ModelKey;

/// The record of a model.
#[utoipa::path(operation_id = "get_model_record", tag = "model_manager", params(KeyPath),
    responses((status = 200, body = AnyModelConfig), (status = 400, description = "Bad request"),
        (status = 404, description = "The model could not be found")))]
#[get("/api/v2/models/i/{key}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let model = call.run(move |app, actor| app.models.get(actor, &key).map(|model| shown(app, model))).await?;
    Ok(json(&model))
}
