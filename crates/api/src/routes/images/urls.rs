//! Where an image's files are.

use super::ImagePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use serde::Serialize;
use utoipa::ToSchema;

/// The URLs of an image's files.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImageUrlsDTO)]
pub(crate) struct Urls {
    /// The unique name of the image.
    image_name: String,
    /// The URL of the image.
    image_url: String,
    /// The URL of the image's thumbnail.
    thumbnail_url: String,
}

/// Where an image and its thumbnail are.
#[utoipa::path(operation_id = "get_image_urls", tag = "images", params(ImagePath),
    responses((status = 200, body = Urls)))]
#[get("/api/v1/images/i/{image_name}/urls")]
pub(crate) async fn urls(call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let image = call.run(move |app, actor| app.images.get(actor, &name)).await?;
    let name = image.name.0;
    Ok(json(&Urls {
        image_url: format!("api/v1/images/i/{name}/full"),
        thumbnail_url: format!("api/v1/images/i/{name}/thumbnail"),
        image_name: name,
    }))
}
