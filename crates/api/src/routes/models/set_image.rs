//! Give a model a cover.

use super::KeyPath;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, patch};
use invoke_domain::ModelKey;
use invoke_model_manager::COVER_LIMIT;
use utoipa::ToSchema;

#[derive(Debug, ToSchema)]
#[schema(as = Body_update_model_image)]
#[expect(dead_code, reason = "only documented: forms are read part by part")]
pub(crate) struct Cover {
    /// The image file to upload
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    image: Vec<u8>,
}

/// Makes a picture of at most 256 pixels a side out of an upload and shows it with the model.
#[utoipa::path(operation_id = "update_model_image", tag = "model_manager", params(KeyPath),
    request_body(content = Cover, content_type = "multipart/form-data"),
    responses((status = 200, description = "The model image was updated successfully"),
        (status = 400, description = "Bad request"), (status = 404, description = "The model could not be found"),
        (status = 409, description = "Another operation on this model is already in progress")))]
#[patch("/api/v2/models/i/{key}/image")]
pub(crate) async fn set_image(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let of = key.clone();
    call.run(move |app, actor| app.models.may_change(actor, &of)).await?;
    let picture = call.form(COVER_LIMIT).await?.required_upload("image")?.picture()?;
    let _turn = call.turn_to_upload().await?;
    call.run(move |app, actor| app.models.set_cover(actor, &key, &picture)).await?;
    Ok(json(&()))
}
