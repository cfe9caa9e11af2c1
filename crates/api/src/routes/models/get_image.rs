//! A model's cover.

use super::KeyPath;
use crate::call::Anyone;
use crate::error::ApiError;
use crate::routes::images::media;
use actix_web::{HttpResponse, get};
use invoke_domain::ModelKey;

/// The small picture that shows what a model does. For everybody, unless the model is restricted.
#[utoipa::path(operation_id = "get_model_image", tag = "model_manager", params(KeyPath),
    responses((status = 200, description = "The model image was fetched successfully", content_type = "image/webp"),
        (status = 400, description = "Bad request"), (status = 404, description = "The model image could not be found")))]
#[get("/api/v2/models/i/{key}/image")]
pub(crate) async fn get_image(call: Anyone) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let visitor = call.visitor().await?;
    media::answer_open_picture(&call, move |app| Ok(app.models.cover(visitor.as_ref(), &key)?)).await
}
