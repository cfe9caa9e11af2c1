//! How far moving is.

use super::ImageMoveStatusResponse;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// Whether files are being moved, and how many lie elsewhere than the present strategy would put them.
#[utoipa::path(operation_id = "get_image_move_status", tag = "image_moves",
    responses((status = 200, body = ImageMoveStatusResponse)))]
#[get("/api/v1/image_moves/status")]
pub(crate) async fn status(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let status = call.run(|app, actor| app.images.move_status(actor)).await?;
    Ok(json(&ImageMoveStatusResponse::from(status)))
}
