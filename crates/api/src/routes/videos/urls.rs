//! Where a video is.

use super::{VideoPath, not_found};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, get};

/// The addresses of a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_urls", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[get("/api/v1/videos/i/{video_name}/urls")]
pub(crate) async fn urls(_call: Call) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
