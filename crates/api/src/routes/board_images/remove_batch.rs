//! Take several images off their boards.

use super::RemoveImagesFromBoardResult;
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::by_names::{ShortName, names};
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_remove_images_from_board)]
pub(crate) struct Removed {
    /// The names of the images to remove
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// Takes those of the images off their boards that the caller may take off; others are passed over.
#[utoipa::path(operation_id = "remove_images_from_board", tag = "boards", request_body = Removed,
    responses((status = 201, description = "Images were removed from board successfully",
        body = RemoveImagesFromBoardResult)))]
#[post("/api/v1/board_images/batch/delete")]
pub(crate) async fn remove_batch(mut call: Call) -> Result<HttpResponse, ApiError> {
    let names = names(call.body::<Removed>().await?.image_names);
    let changed = call.run(move |app, actor| app.images.take_all_off_board(actor, &names)).await?;
    Ok(HttpResponse::Created().json(RemoveImagesFromBoardResult::from(changed)))
}
