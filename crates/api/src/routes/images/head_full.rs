//! About the picture's file.

use super::{ImagePath, media};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, head};
use invoke_domain::ImageName;
use invoke_library::Variant;

/// The headers of the PNG file of an image.
#[utoipa::path(operation_id = "get_image_full_head", tag = "images", params(ImagePath),
    responses((status = 200, description = "Return the full-resolution image", content_type = "image/png"),
        (status = 404, description = "Image not found")))]
#[head("/api/v1/images/i/{image_name}/full")]
pub(crate) async fn head_full(call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    let name = call.path::<ImagePath>()?.image_name;
    media::answer(&call, ImageName(name), Variant::Full).await
}
