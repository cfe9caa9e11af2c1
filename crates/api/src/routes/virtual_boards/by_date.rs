//! The days.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_library::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A day as a board.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VirtualSubBoardDTO {
    /// The virtual board ID, e.g. 'by_date:2026-03-18'.
    virtual_board_id: String,
    /// The display name of the virtual sub-board, e.g. '2026-03-18'.
    board_name: String,
    /// The ISO date string, e.g. '2026-03-18'.
    date: String,
    /// The number of general images for this date.
    image_count: i64,
    /// The number of asset images for this date.
    asset_count: i64,
    /// The number of videos for this date.
    #[schema(required = false)]
    video_count: i64,
    /// The most recent image name for this date.
    cover_image_name: Option<String>,
    /// The most recent video name for this date. Set instead of cover_image_name when the newest item for the date is a video.
    cover_video_name: Option<String>,
}

impl From<Day> for VirtualSubBoardDTO {
    fn from(day: Day) -> Self {
        Self {
            virtual_board_id: format!("by_date:{}", day.date),
            board_name: day.date.clone(),
            date: day.date,
            image_count: day.images,
            asset_count: day.assets,
            video_count: 0,
            cover_image_name: Some(day.cover.0),
            cover_video_name: None,
        }
    }
}

/// The days on which the caller's images were made, for administrators everybody's; the latest first.
#[utoipa::path(operation_id = "list_virtual_boards_by_date", tag = "virtual_boards",
    responses((status = 200, body = Vec<VirtualSubBoardDTO>)))]
#[get("/api/v1/virtual_boards/by_date")]
pub(crate) async fn by_date(call: Call) -> Result<HttpResponse, ApiError> {
    let days = call.run(|app, actor| app.images.list_days(actor)).await?;
    Ok(json(&days.into_iter().map(VirtualSubBoardDTO::from).collect::<Vec<_>>()))
}
