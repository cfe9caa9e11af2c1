//! How a video was made.

use super::{VideoPath, not_found};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, get};

/// The metadata of a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_metadata", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[get("/api/v1/videos/i/{video_name}/metadata")]
pub(crate) async fn metadata(_call: Call) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
