//! Free the memory of models.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};

/// Has the workers let go of the models in memory. Those in use go when they are not.
#[utoipa::path(operation_id = "empty_model_cache", tag = "model_manager", responses((status = 200)))]
#[post("/api/v2/models/empty_model_cache")]
pub(crate) async fn empty_cache(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.run(|app, actor| app.queue.empty_model_cache(actor)).await?;
    Ok(json(&()))
}
