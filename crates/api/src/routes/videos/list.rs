//! A page of videos.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The page offset
    #[serde(default)]
    #[param(default = 0, minimum = 0, maximum = 4_294_967_295_u32)]
    offset: u32,
    /// The number of videos per page
    #[serde(default = "ten")]
    #[param(default = 10, minimum = 0, maximum = 1000)]
    limit: u32,
}

fn ten() -> u32 {
    10
}

/// A page of videos.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OffsetPaginatedResults_VideoDTO_)]
pub(crate) struct VideoPage {
    /// Limit of items to get
    limit: u32,
    /// Offset from which to retrieve items
    offset: u32,
    /// Total number of items in result
    total: i64,
    /// Items
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
}

/// The videos that match, whatever is asked for: there are none yet.
#[utoipa::path(operation_id = "list_video_dtos", tag = "videos", params(Paging),
    responses((status = 200, body = VideoPage)))]
#[get("/api/v1/videos/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let Paging { offset, limit } = call.query()?;
    Ok(json(&VideoPage { limit, offset, total: 0, items: Vec::new() }))
}
