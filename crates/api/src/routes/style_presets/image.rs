//! A style preset's picture.

use super::PresetPath;
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use crate::routes::images::media;
use actix_web::{HttpResponse, get};
use invoke_domain::PresetId;

/// The picture of a preset, for whoever may use the preset.
#[utoipa::path(operation_id = "get_style_preset_image", tag = "style_presets", params(PresetPath),
    responses((status = 200, description = "The style preset image was fetched successfully",
            content_type = "image/webp"),
        (status = 404, description = "The style preset image could not be found")))]
#[get("/api/v1/style_presets/i/{style_preset_id}/image")]
pub(crate) async fn image(call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    let id = PresetId(call.path::<PresetPath>()?.style_preset_id);
    media::answer_picture(&call, move |app, actor| Ok(app.presets.image(actor, &id)?)).await
}
