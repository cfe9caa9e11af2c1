//! A video.

use super::{VideoPath, not_found};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, get};

/// A video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_full", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[get("/api/v1/videos/i/{video_name}/full")]
pub(crate) async fn full(_call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
