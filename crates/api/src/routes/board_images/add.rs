//! Put an image on a board.

use super::{AddImagesToBoardResult, refused};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_domain::{BoardId, ImageName};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_add_image_to_board)]
pub(crate) struct Placed {
    /// The id of the board to add to
    board_id: String,
    /// The name of the image to add
    image_name: String,
}

/// Puts an image of the caller's own on a board, away from the one it lay on.
#[utoipa::path(operation_id = "add_image_to_board", tag = "boards", request_body = Placed,
    responses((status = 201, description = "The image was added to a board successfully", body = AddImagesToBoardResult)))]
#[post("/api/v1/board_images/")]
pub(crate) async fn add(mut call: Call) -> Result<HttpResponse, ApiError> {
    let Placed { board_id, image_name } = call.body().await?;
    let (board, name) = (BoardId(board_id), ImageName(image_name));
    let changed = call
        .run(move |app, actor| app.images.put_on_board(actor, &board, &name).map_err(refused(actor.is_admin())))
        .await?;
    Ok(HttpResponse::Created().json(AddImagesToBoardResult::from(changed)))
}
