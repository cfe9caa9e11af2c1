//! Star several images.

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
#[schema(as = Body_star_images_in_list)]
pub(crate) struct Names {
    /// The list of names of images to star
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// Which images were starred.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StarredImagesResult)]
pub(crate) struct ResultStarred {
    /// The ids of boards affected by the delete operation
    affected_boards: Vec<String>,
    /// The names of the images that were starred
    #[schema(value_type = Vec<String>)]
    starred_images: Vec<ImageName>,
    /// The names of images that were not starred
    failed_images: Vec<String>,
}

/// Marks those of the images that the caller may change; others are passed over.
#[utoipa::path(operation_id = "star_images_in_list", tag = "images", request_body = Names,
    responses((status = 200, body = ResultStarred)))]
#[post("/api/v1/images/star")]
pub(crate) async fn star(mut call: Call) -> Result<HttpResponse, ApiError> {
    let names = names(call.body::<Names>().await?.image_names);
    let changed = call.run(move |app, actor| app.images.star(actor, &names, true)).await?;
    let affected_boards = board_words(&changed);
    Ok(json(&ResultStarred { affected_boards, starred_images: changed.images, failed_images: Vec::new() }))
}
