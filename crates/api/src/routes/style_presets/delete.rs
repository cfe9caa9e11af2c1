//! Delete a style preset.

use super::PresetPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::PresetId;

/// Deletes a preset with its picture.
#[utoipa::path(operation_id = "delete_style_preset", tag = "style_presets", params(PresetPath),
    responses((status = 200)))]
#[delete("/api/v1/style_presets/i/{style_preset_id}")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = PresetId(call.path::<PresetPath>()?.style_preset_id);
    call.run(move |app, actor| app.presets.delete(actor, &id)).await?;
    Ok(json(&()))
}
