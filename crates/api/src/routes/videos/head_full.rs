//! A video without its body.

use super::{VideoPath, not_found};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, head};

/// The headers of a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_full_head", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[head("/api/v1/videos/i/{video_name}/full")]
pub(crate) async fn head_full(_call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
