//! Delete several images.

use super::by_names::{ShortName, names};
use super::delete::DeleteImagesResult;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_delete_images_from_list)]
pub(crate) struct Names {
    /// The list of names of images to delete
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// Deletes those of the images that the caller may delete, with their files; others are passed over.
#[utoipa::path(operation_id = "delete_images_from_list", tag = "images", request_body = Names,
    responses((status = 200, body = DeleteImagesResult)))]
#[post("/api/v1/images/delete")]
pub(crate) async fn delete_list(mut call: Call) -> Result<HttpResponse, ApiError> {
    let names = names(call.body::<Names>().await?.image_names);
    let changed = call.run(move |app, actor| app.images.delete_all(actor, &names)).await?;
    Ok(json(&DeleteImagesResult::from(changed)))
}
