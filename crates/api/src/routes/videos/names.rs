//! The names of videos.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = VideoNamesResult)]
pub(crate) struct NameList {
    /// Ordered list of video names
    video_names: Vec<String>,
    /// Number of starred videos (when starred_first=True)
    starred_count: i64,
    /// Total number of videos matching the query
    total_count: i64,
}

/// The names of the videos that match, whatever is asked for: there are none yet.
#[utoipa::path(operation_id = "get_video_names", tag = "videos", responses((status = 200, body = NameList)))]
#[get("/api/v1/videos/names")]
pub(crate) async fn names(_call: Call) -> Result<HttpResponse, ApiError> {
    Ok(json(&NameList::default()))
}
