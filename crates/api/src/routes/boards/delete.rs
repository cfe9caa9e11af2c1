//! Delete a board.

use super::{BoardPath, denied};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::{BoardId, ImageName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WithImages {
    /// Permanently delete all images and videos on the board
    #[serde(default)]
    #[param(default = false)]
    include_images: Option<bool>,
}

/// What went with the board.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeleteBoardResult {
    /// The id of the board that was deleted.
    board_id: String,
    /// The image names of the board-images relationships that were deleted.
    #[schema(value_type = Vec<String>)]
    deleted_board_images: Vec<ImageName>,
    /// The names of the images that were deleted.
    #[schema(value_type = Vec<String>)]
    deleted_images: Vec<ImageName>,
    /// The video names of the board-videos relationships that were deleted.
    #[schema(required = false)]
    deleted_board_videos: Vec<String>,
    /// The names of the videos that were deleted.
    #[schema(required = false)]
    deleted_videos: Vec<String>,
    /// The names of images that could not be deleted and became uncategorized.
    #[schema(required = false)]
    failed_images: Vec<String>,
    /// The names of videos that could not be deleted and became uncategorized.
    #[schema(required = false)]
    failed_videos: Vec<String>,
}

/// Deletes a board, and on demand its images: the caller's own, for administrators all. What is left lies on no board.
#[utoipa::path(operation_id = "delete_board", tag = "boards", params(BoardPath, WithImages),
    responses((status = 200, body = DeleteBoardResult)))]
#[delete("/api/v1/boards/{board_id}")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    let BoardPath { board_id } = call.path()?;
    let with_images = call.query::<WithImages>()?.include_images.unwrap_or_default();
    let id = BoardId(board_id.clone());
    let deleted = call
        .run(move |app, actor| {
            let deleted = app.images.delete_board(actor, &id, with_images);
            deleted.map_err(denied("Not authorized to delete this board"))
        })
        .await?;
    Ok(json(&DeleteBoardResult {
        board_id,
        deleted_board_images: if with_images { Vec::new() } else { deleted.uncategorized },
        deleted_images: deleted.deleted,
        deleted_board_videos: Vec::new(),
        deleted_videos: Vec::new(),
        failed_images: Vec::new(),
        failed_videos: Vec::new(),
    }))
}
