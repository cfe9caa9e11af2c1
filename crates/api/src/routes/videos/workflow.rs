//! The workflow a video carries.

use super::{VideoPath, not_found};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, get};

/// The workflow of a video. There are no videos yet, so none is found.
#[utoipa::path(operation_id = "get_video_workflow", tag = "videos", params(VideoPath),
    responses((status = 404, description = "The video could not be found")))]
#[get("/api/v1/videos/i/{video_name}/workflow")]
pub(crate) async fn workflow(_call: Call) -> Result<HttpResponse, ApiError> {
    Err(not_found())
}
