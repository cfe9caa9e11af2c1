//! A place to upload to; the reference announces it and never built it.

use super::ImageDto;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_create_image_upload_entry)]
#[expect(dead_code, reason = "checked, and then there is nothing to do with it")]
pub(crate) struct Announced {
    /// The width of the image
    width: i64,
    /// The height of the image
    height: i64,
    /// The board to add this image to, if any
    board_id: Option<String>,
}

/// A place to upload to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageUploadEntry {
    /// The image DTO
    image_dto: ImageDto,
    /// The URL to get the presigned URL for the image upload
    presigned_url: String,
}

/// Not implemented, as in the reference.
#[utoipa::path(operation_id = "create_image_upload_entry", tag = "images", request_body = Announced,
    responses((status = 200, body = ImageUploadEntry)))]
#[post("/api/v1/images/")]
pub(crate) async fn upload_entry(mut call: Call) -> Result<HttpResponse, ApiError> {
    call.body::<Announced>().await?;
    Err(ApiError::refused(StatusCode::NOT_IMPLEMENTED, "Not implemented"))
}
