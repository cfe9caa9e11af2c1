//! The models related to one.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ModelKey;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RelatedPath {
    /// The key of the model to get relationships for
    model_key: String,
}

/// The keys of the models related to one.
#[utoipa::path(operation_id = "get_related_models", tag = "model_relationships", params(RelatedPath),
    responses((status = 200, body = Vec<String>)))]
#[get("/api/v1/model_relationships/i/{model_key}")]
pub(crate) async fn related(call: Call) -> Result<HttpResponse, ApiError> {
    let keys = vec![ModelKey(call.path::<RelatedPath>()?.model_key)];
    Ok(json(&call.run(move |app, actor| app.models.related(actor, &keys)).await?))
}
