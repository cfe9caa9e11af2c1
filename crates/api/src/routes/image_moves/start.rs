//! Move all files.

use super::{ImageMoveStatusResponse, begin};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_library::MoveOperation;

/// Begins to move all image files to where the present strategy would put them.
#[utoipa::path(operation_id = "start_image_move", tag = "image_moves",
    responses((status = 202, body = ImageMoveStatusResponse)))]
#[post("/api/v1/image_moves/start")]
pub(crate) async fn start(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    begin(call, MoveOperation::MoveAll).await
}
