//! Delete the videos that lie on no board.

use super::delete_from_list::Done;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};

/// Would delete the videos that lie on no board; there are no videos yet.
#[utoipa::path(operation_id = "delete_uncategorized_videos", tag = "videos",
    responses((status = 200, body = Done)))]
#[delete("/api/v1/videos/uncategorized")]
pub(crate) async fn delete_uncategorized(_call: Call) -> Result<HttpResponse, ApiError> {
    Ok(json(&Done::default()))
}
