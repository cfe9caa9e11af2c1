//! Change a video.

use super::{VideoPath, not_found};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, patch};

/// Would change a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "update_video", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[patch("/api/v1/videos/i/{video_name}")]
pub(crate) async fn update(_call: Call) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
