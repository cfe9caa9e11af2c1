//! The small picture.

use super::{ImagePath, media};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use invoke_library::Variant;

/// The WebP thumbnail of an image, at most 256 pixels wide and high.
#[utoipa::path(operation_id = "get_image_thumbnail", tag = "images", params(ImagePath),
    responses((status = 200, description = "Return the image thumbnail", content_type = "image/webp"),
        (status = 404, description = "Image not found")))]
#[get("/api/v1/images/i/{image_name}/thumbnail")]
pub(crate) async fn thumbnail(call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    let name = call.path::<ImagePath>()?.image_name;
    media::answer(&call, ImageName(name), Variant::Thumbnail).await
}
