//! Finish what was begun.

use super::{ImageMoveStatusResponse, begin};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_library::MoveOperation;

/// Begins to finish the moves that an earlier run began.
#[utoipa::path(operation_id = "start_image_move_recovery", tag = "image_moves",
    responses((status = 202, body = ImageMoveStatusResponse)))]
#[post("/api/v1/image_moves/recover")]
pub(crate) async fn recover(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    begin(call, MoveOperation::Recovery).await
}
