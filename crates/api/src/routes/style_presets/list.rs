//! The style presets.

use super::PresetDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The presets the caller may use, by name.
#[utoipa::path(operation_id = "list_style_presets", tag = "style_presets",
    responses((status = 200, body = Vec<PresetDto>)))]
#[get("/api/v1/style_presets/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let presets = call.run(|app, actor| app.presets.list(actor)).await?;
    let random = &*call.app().random;
    Ok(json(&presets.into_iter().map(|preset| PresetDto::new(preset, random)).collect::<Vec<_>>()))
}
