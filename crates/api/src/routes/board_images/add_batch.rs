//! Put several images on a board.

use super::{AddImagesToBoardResult, refused};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::by_names::{ShortName, names};
use actix_web::{HttpResponse, post};
use invoke_domain::BoardId;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_add_images_to_board)]
pub(crate) struct Placed {
    /// The id of the board to add to
    board_id: String,
    /// The names of the images to add
    #[schema(max_items = 1000, inline)]
    image_names: Vec<ShortName>,
}

/// Puts those of the images on a board that are the caller's own; others are passed over.
#[utoipa::path(operation_id = "add_images_to_board", tag = "boards", request_body = Placed,
    responses((status = 201, description = "Images were added to board successfully", body = AddImagesToBoardResult)))]
#[post("/api/v1/board_images/batch")]
pub(crate) async fn add_batch(mut call: Call) -> Result<HttpResponse, ApiError> {
    let Placed { board_id, image_names } = call.body().await?;
    let (board, names) = (BoardId(board_id), names(image_names));
    let changed = call
        .run(move |app, actor| app.images.put_all_on_board(actor, &board, &names).map_err(refused(actor.is_admin())))
        .await?;
    Ok(HttpResponse::Created().json(AddImagesToBoardResult::from(changed)))
}
