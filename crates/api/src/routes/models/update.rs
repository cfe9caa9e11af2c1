//! Change a model's record.

use super::KeyPath;
use super::shown::shown;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, ModelRecordChanges, json};
use actix_web::{HttpResponse, patch};
use invoke_domain::ModelKey;

/// Changes fields of a record: its name, description, default settings, trigger phrases, and what it is said to be.
#[utoipa::path(operation_id = "update_model_record", tag = "model_manager", params(KeyPath),
    request_body = ModelRecordChanges,
    responses((status = 200, description = "The model was updated successfully", body = AnyModelConfig),
        (status = 400, description = "Bad request"), (status = 404, description = "The model could not be found"),
        (status = 409, description = "There is already a model with the new name")))]
#[patch("/api/v2/models/i/{key}")]
pub(crate) async fn update(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let changes = call.object_body().await?;
    let model =
        call.run(move |app, actor| app.models.update(actor, &key, &changes).map(|model| shown(app, model))).await?;
    Ok(json(&model))
}
