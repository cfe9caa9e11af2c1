//! Change a style preset.

use super::{ChangedForm, PresetDto, PresetForm, PresetPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::form::Upload;
use crate::wire::json;
use actix_web::{HttpResponse, patch};
use invoke_domain::PresetId;
use invoke_library::PICTURE_LIMIT;

/// Replaces a preset. Without a picture in the form it has none any more.
#[utoipa::path(operation_id = "update_style_preset", tag = "style_presets", params(PresetPath),
    request_body(content = ChangedForm, content_type = "multipart/form-data"),
    responses((status = 200, body = PresetDto)))]
#[patch("/api/v1/style_presets/i/{style_preset_id}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = PresetId(call.path::<PresetPath>()?.style_preset_id);
    let of = id.clone();
    // Who may not is told so whatever was sent.
    call.run(move |app, actor| app.presets.may_edit(actor, &of)).await?;
    let form = call.form(PICTURE_LIMIT).await?;
    let preset = PresetForm::parse(&form.text("data")?)?;
    let picture = form.upload("image")?.map(Upload::picture).transpose()?;
    let _turn = if picture.is_some() { Some(call.turn_to_upload().await?) } else { None };
    let kept = call.run(move |app, actor| app.presets.update(actor, &id, preset, picture.as_deref())).await?;
    Ok(json(&PresetDto::new(kept, &*call.app().random)))
}
