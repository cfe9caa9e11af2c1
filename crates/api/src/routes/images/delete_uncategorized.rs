//! Delete what lies on no board.

use super::delete::DeleteImagesResult;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};

/// Deletes the caller's images that lie on no board; for administrators everybody's.
#[utoipa::path(operation_id = "delete_uncategorized_images", tag = "images",
    responses((status = 200, body = DeleteImagesResult)))]
#[delete("/api/v1/images/uncategorized")]
pub(crate) async fn delete_uncategorized(call: Call) -> Result<HttpResponse, ApiError> {
    let changed = call.run(|app, actor| app.images.delete_uncategorized(actor)).await?;
    Ok(json(&DeleteImagesResult::from(changed)))
}
