//! Star several videos.

use super::VideoNames;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = StarredVideosResult)]
pub(crate) struct Done {
    /// The ids of boards affected by the operation
    affected_boards: Vec<String>,
    /// The names of the videos that were starred
    starred_videos: Vec<String>,
    /// The names of videos that were not starred
    failed_videos: Vec<String>,
}

/// Names that are not there are passed over, as everywhere; there are no videos yet.
#[utoipa::path(operation_id = "star_videos_in_list", tag = "videos", request_body = VideoNames,
    responses((status = 200, body = Done)))]
#[post("/api/v1/videos/star")]
pub(crate) async fn star(mut call: Call) -> Result<HttpResponse, ApiError> {
    call.body::<VideoNames>().await?;
    Ok(json(&Done::default()))
}
