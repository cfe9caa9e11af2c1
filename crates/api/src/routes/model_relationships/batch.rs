//! The models related to several.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_domain::ModelKey;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ModelRelationshipBatchRequest)]
pub(crate) struct Keys {
    /// List of model keys to fetch related models for
    model_keys: Vec<String>,
}

/// The keys of the models related to any of these, each once.
#[utoipa::path(operation_id = "get_related_models_batch", tag = "model_relationships", request_body = Keys,
    responses((status = 200, body = Vec<String>)))]
#[post("/api/v1/model_relationships/batch")]
pub(crate) async fn batch(mut call: Call) -> Result<HttpResponse, ApiError> {
    let Keys { model_keys } = call.body().await?;
    let keys: Vec<ModelKey> = model_keys.into_iter().map(ModelKey).collect();
    Ok(json(&call.run(move |app, actor| app.models.related(actor, &keys)).await?))
}
