//! Relate two models.

use super::Pair;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_domain::ModelKey;

/// Relates two models; nothing changes when they are already.
#[utoipa::path(operation_id = "add_model_relationship_api_v1_model_relationships__post", tag = "model_relationships",
    request_body = Pair, responses((status = 204, description = "The relationship was successfully created"),
        (status = 400, description = "Invalid model keys or self-referential relationship")))]
#[post("/api/v1/model_relationships/")]
pub(crate) async fn add(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Pair { model_key_1, model_key_2 } = call.body().await?;
    if model_key_1 == model_key_2 {
        return Err(ApiError::bad_request("Cannot relate a model to itself."));
    }
    let (a, b) = (ModelKey(model_key_1), ModelKey(model_key_2));
    call.run(move |app, actor| app.models.relate(actor, &a, &b)).await?;
    Ok(HttpResponse::NoContent().finish())
}
