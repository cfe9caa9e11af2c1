//! Upload a video: not yet.

use crate::call::Call;
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post};

/// Videos are not kept yet; the answer says so, and nothing of the upload is read.
#[utoipa::path(operation_id = "upload_video", tag = "videos",
    responses((status = 501, description = "Videos are not kept yet")))]
#[post("/api/v1/videos/upload")]
pub(crate) async fn upload(_call: Call) -> Result<HttpResponse, ApiError> {
    Err(ApiError::refused(StatusCode::NOT_IMPLEMENTED, "This server does not keep videos yet"))
}
