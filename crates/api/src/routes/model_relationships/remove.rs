//! Take two models apart.

use super::Pair;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_domain::ModelKey;

/// Takes two models apart; nothing changes when they are not related.
#[utoipa::path(operation_id = "remove_model_relationship_api_v1_model_relationships__delete",
    tag = "model_relationships", request_body = Pair,
    responses((status = 204, description = "The relationship was successfully removed"),
        (status = 400, description = "Invalid model keys or self-referential relationship")))]
#[delete("/api/v1/model_relationships/")]
pub(crate) async fn remove(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Pair { model_key_1, model_key_2 } = call.body().await?;
    if model_key_1 == model_key_2 {
        return Err(ApiError::bad_request("Cannot unlink a model from itself."));
    }
    let (a, b) = (ModelKey(model_key_1), ModelKey(model_key_2));
    call.run(move |app, actor| app.models.unrelate(actor, &a, &b)).await?;
    Ok(HttpResponse::NoContent().finish())
}
