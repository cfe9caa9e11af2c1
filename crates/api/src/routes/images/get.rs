//! One image.

use super::{ImageDto, ImagePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;

/// What is known about an image.
#[utoipa::path(operation_id = "get_image_dto", tag = "images", params(ImagePath),
    responses((status = 200, body = ImageDto)))]
#[get("/api/v1/images/i/{image_name}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let image = call.run(move |app, actor| app.images.get(actor, &name)).await?;
    Ok(json(&ImageDto::from(image)))
}
