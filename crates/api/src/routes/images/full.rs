//! The picture.

use super::{ImagePath, media};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use invoke_library::Variant;

/// The PNG file of an image.
#[utoipa::path(operation_id = "get_image_full", tag = "images", params(ImagePath),
    responses((status = 200, description = "Return the full-resolution image", content_type = "image/png"),
        (status = 404, description = "Image not found")))]
#[get("/api/v1/images/i/{image_name}/full")]
pub(crate) async fn full(call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    let name = call.path::<ImagePath>()?.image_name;
    media::answer(&call, ImageName(name), Variant::Full).await
}
