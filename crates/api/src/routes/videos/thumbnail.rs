//! A picture of a video.

use super::{VideoPath, not_found};
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use actix_web::{HttpResponse, get};

/// A picture of a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_thumbnail", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[get("/api/v1/videos/i/{video_name}/thumbnail")]
pub(crate) async fn thumbnail(_call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
