//! Delete what is kept out of the gallery.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};

/// Deletes all intermediate images, and answers how many there were. For administrators.
#[utoipa::path(operation_id = "clear_intermediates", tag = "images", responses((status = 200, body = i64)))]
#[delete("/api/v1/images/intermediates")]
pub(crate) async fn clear_intermediates(call: Call) -> Result<HttpResponse, ApiError> {
    let count = call
        .run(|app, actor| {
            if !actor.is_admin() {
                return Err(ApiError::forbidden("Only admins can clear all intermediates"));
            }
            Ok(app.images.delete_intermediates(actor)?)
        })
        .await?;
    Ok(json(&count))
}
