//! Delete several videos.

use super::VideoNames;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = DeleteVideosResult)]
pub(crate) struct Done {
    /// The ids of boards affected by the operation
    affected_boards: Vec<String>,
    /// The names of the videos that were deleted
    deleted_videos: Vec<String>,
    /// The names of videos that were not deleted
    failed_videos: Vec<String>,
}

/// Names that are not there are passed over, as everywhere; there are no videos yet.
#[utoipa::path(operation_id = "delete_videos_from_list", tag = "videos", request_body = VideoNames,
    responses((status = 200, body = Done)))]
#[post("/api/v1/videos/delete")]
pub(crate) async fn delete_from_list(mut call: Call) -> Result<HttpResponse, ApiError> {
    call.body::<VideoNames>().await?;
    Ok(json(&Done::default()))
}
