//! One style preset.

use super::{PresetDto, PresetPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::PresetId;

/// A preset.
#[utoipa::path(operation_id = "get_style_preset", tag = "style_presets", params(PresetPath),
    responses((status = 200, body = PresetDto)))]
#[get("/api/v1/style_presets/i/{style_preset_id}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let id = PresetId(call.path::<PresetPath>()?.style_preset_id);
    let preset = call.run(move |app, actor| app.presets.get(actor, &id)).await?;
    Ok(json(&PresetDto::new(preset, &*call.app().random)))
}
