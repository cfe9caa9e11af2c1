//! Remove a model.

use super::KeyPath;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_domain::ModelKey;

/// Removes a model, and its files if they lie in the models folder.
#[utoipa::path(operation_id = "delete_model", tag = "model_manager", params(KeyPath),
    responses((status = 204, description = "Model deleted successfully"),
        (status = 404, description = "Model not found")))]
#[delete("/api/v2/models/i/{key}")]
pub(crate) async fn delete(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let deleted = call.run(move |app, actor| {
        app.models.delete(actor, &key)?;
        // Models in memory hold their files open.
        Ok::<_, ApiError>(app.queue.empty_model_cache(actor)?)
    });
    deleted.await?;
    Ok(HttpResponse::NoContent().finish())
}
