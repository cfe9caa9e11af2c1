//! How many images are kept out of the gallery.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The number of intermediate images: the caller's, for administrators everybody's.
#[utoipa::path(operation_id = "get_intermediates_count", tag = "images", responses((status = 200, body = i64)))]
#[get("/api/v1/images/intermediates")]
pub(crate) async fn count_intermediates(call: Call) -> Result<HttpResponse, ApiError> {
    let count = call.run(|app, actor| app.images.count_intermediates(actor)).await?;
    Ok(json(&count))
}
