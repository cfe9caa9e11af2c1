//! Several images at once.

use super::ImageDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_domain::ImageName;
use invoke_library::LibraryError;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_get_images_by_names)]
pub(crate) struct Names {
    /// Object containing list of image names to fetch DTOs for
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// A name no longer than file systems allow.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(max_length = 255)]
pub(crate) struct ShortName(String);

/// The names of a request.
pub(crate) fn names(names: Vec<ShortName>) -> Vec<ImageName> {
    names.into_iter().map(|ShortName(name)| ImageName(name)).collect()
}

/// The images of these names, in their order; names that are unknown or somebody else's are left out.
#[utoipa::path(operation_id = "get_images_by_names", tag = "images", request_body = Names,
    responses((status = 200, body = Vec<ImageDto>)))]
#[post("/api/v1/images/images_by_names")]
pub(crate) async fn by_names(mut call: Call) -> Result<HttpResponse, ApiError> {
    let names = call.body::<Names>().await?.image_names;
    let images = call
        .run(move |app, actor| {
            let mut images = Vec::with_capacity(names.len());
            for ShortName(name) in names {
                match app.images.get(actor, &ImageName(name)) {
                    Ok(image) => images.push(ImageDto::from(image)),
                    Err(LibraryError::ImageNotFound { .. } | LibraryError::Denied(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(images)
        })
        .await?;
    Ok(json(&images))
}
