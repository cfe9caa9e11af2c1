//! Unstar several images.

use super::board_words;
use super::by_names::{ShortName, names};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_domain::ImageName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_unstar_images_in_list)]
pub(crate) struct Names {
    /// The list of names of images to unstar
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// Which images were unstarred.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnstarredImagesResult)]
pub(crate) struct ResultUnstarred {
    /// The ids of boards affected by the delete operation
    affected_boards: Vec<String>,
    /// The names of the images that were unstarred
    #[schema(value_type = Vec<String>)]
    unstarred_images: Vec<ImageName>,
    /// The names of images that were not unstarred
    failed_images: Vec<String>,
}

/// Takes the mark off those of the images that the caller may change; others are passed over.
#[utoipa::path(operation_id = "unstar_images_in_list", tag = "images", request_body = Names,
    responses((status = 200, body = ResultUnstarred)))]
#[post("/api/v1/images/unstar")]
pub(crate) async fn unstar(mut call: Call) -> Result<HttpResponse, ApiError> {
    let names = names(call.body::<Names>().await?.image_names);
    let changed = call.run(move |app, actor| app.images.star(actor, &names, false)).await?;
    let affected_boards = board_words(&changed);
    Ok(json(&ResultUnstarred { affected_boards, unstarred_images: changed.images, failed_images: Vec::new() }))
}
