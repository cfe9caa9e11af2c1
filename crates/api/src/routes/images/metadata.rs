//! How an image was made.

use super::ImagePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{MetadataField, json};
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use serde_json::Value;

/// The generation metadata of an image, null when it has none.
#[utoipa::path(operation_id = "get_image_metadata", tag = "images", params(ImagePath),
    responses((status = 200, body = Option<MetadataField>)))]
#[get("/api/v1/images/i/{image_name}/metadata")]
pub(crate) async fn metadata(call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let text = call.run(move |app, actor| app.images.metadata(actor, &name)).await?;
    // Rows of other programs may hold anything.
    let metadata = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default();
    Ok(json(&metadata))
}
