//! Who may use a model.

use super::KeyPath;
use super::access::ModelAccess;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ModelKey;

/// Whether a model is restricted, and to whom.
#[utoipa::path(operation_id = "get_model_access", tag = "model_manager", params(KeyPath),
    responses((status = 200, body = ModelAccess), (status = 404, description = "The model could not be found")))]
#[get("/api/v2/models/i/{key}/access")]
pub(crate) async fn get_access(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let people = call.run(move |app, actor| app.models.access(actor, &key)).await?;
    Ok(json(&ModelAccess::from(people)))
}
