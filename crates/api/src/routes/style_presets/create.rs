//! Keep a new style preset.

use super::{NewForm, PresetDto, PresetForm};
use crate::call::Call;
use crate::error::ApiError;
use crate::form::Upload;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_library::PICTURE_LIMIT;

/// Keeps a preset as the caller's own, with a picture if one is sent.
#[utoipa::path(operation_id = "create_style_preset", tag = "style_presets",
    request_body(content = NewForm, content_type = "multipart/form-data"),
    responses((status = 200, body = PresetDto)))]
#[post("/api/v1/style_presets/")]
pub(crate) async fn create(mut call: Call) -> Result<HttpResponse, ApiError> {
    let form = call.form(PICTURE_LIMIT).await?;
    let preset = PresetForm::parse(&form.text("data")?)?;
    let picture = form.upload("image")?.map(Upload::picture).transpose()?;
    let _turn = if picture.is_some() { Some(call.turn_to_upload().await?) } else { None };
    let kept = call.run(move |app, actor| app.presets.create(actor, preset, picture.as_deref())).await?;
    Ok(json(&PresetDto::new(kept, &*call.app().random)))
}
