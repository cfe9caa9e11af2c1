//! Take a video off its board.

use super::not_found;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_remove_video_from_board)]
#[expect(dead_code, reason = "there is no video yet that would be taken anywhere")]
pub(crate) struct Which {
    /// The name of the video to remove from its board
    video_name: String,
}

/// Would take a video off its board. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "remove_video_from_board", tag = "videos", request_body = Which,
    responses((status = 404, description = "The video could not be found")))]
#[delete("/api/v1/videos/board")]
pub(crate) async fn remove_from_board(mut call: Call) -> Result<HttpResponse, ApiError> {
    call.body::<Which>().await?;
    Err(not_found())
}
