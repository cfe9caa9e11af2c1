//! Put a video on a board.

use super::not_found;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VideoBoardArg)]
#[expect(dead_code, reason = "there is no video yet that would be put anywhere")]
pub(crate) struct Where {
    /// The id of the board to add or remove the video from
    board_id: String,
    /// The name of the video to add to / remove from the board
    video_name: String,
}

/// Would put a video on a board. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "add_video_to_board", tag = "videos", request_body = Where,
    responses((status = 404, description = "The video could not be found")))]
#[post("/api/v1/videos/board")]
pub(crate) async fn add_to_board(mut call: Call) -> Result<HttpResponse, ApiError> {
    call.body::<Where>().await?;
    Err(not_found())
}
