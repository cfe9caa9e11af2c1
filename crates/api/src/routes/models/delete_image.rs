//! Take a model's cover away.

use super::KeyPath;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_domain::ModelKey;

/// Removes a model's cover, also one whose model is gone.
#[utoipa::path(operation_id = "delete_model_image", tag = "model_manager", params(KeyPath),
    responses((status = 204, description = "Model image deleted successfully"),
        (status = 404, description = "Model image not found"),
        (status = 409, description = "Another operation on this model is already in progress")))]
#[delete("/api/v2/models/i/{key}/image")]
pub(crate) async fn delete_image(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    call.run(move |app, actor| app.models.delete_cover(actor, &key)).await?;
    Ok(HttpResponse::NoContent().finish())
}
