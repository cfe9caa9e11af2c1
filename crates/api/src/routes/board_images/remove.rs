//! Take an image off its board.

use super::{RemoveImagesFromBoardResult, refused};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_domain::ImageName;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_remove_image_from_board)]
pub(crate) struct Removed {
    /// The name of the image to remove
    image_name: String,
}

/// Takes an image off its board, if it lies on one.
#[utoipa::path(operation_id = "remove_image_from_board", tag = "boards", request_body = Removed,
    responses((status = 201, description = "The image was removed from the board successfully",
        body = RemoveImagesFromBoardResult)))]
#[delete("/api/v1/board_images/")]
pub(crate) async fn remove(mut call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.body::<Removed>().await?.image_name);
    let changed =
        call.run(move |app, actor| app.images.take_off_board(actor, &name).map_err(refused(actor.is_admin()))).await?;
    Ok(HttpResponse::Created().json(RemoveImagesFromBoardResult::from(changed)))
}
