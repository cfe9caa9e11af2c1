//! A model by what its files hash to.

use super::shown::shown;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, json};
use actix_web::{HttpResponse, get};
use invoke_model_manager::{ModelError, ModelOrder, ModelQuery};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Hash {
    /// The hash of the model
    hash: String,
}

/// The record of the model with this hash.
#[utoipa::path(operation_id = "get_model_records_by_hash", tag = "model_manager", params(Hash),
    responses((status = 200, body = AnyModelConfig)))]
#[get("/api/v2/models/get_by_hash")]
pub(crate) async fn get_by_hash(call: Call) -> Result<HttpResponse, ApiError> {
    let Hash { hash } = call.query()?;
    let query = ModelQuery { hash: Some(hash), ..ModelQuery::default() };
    let found = call.run(move |app, actor| {
        let models = app.models.list(actor, &query, ModelOrder::Default, false)?;
        Ok::<_, ModelError>(models.into_iter().next().map(|model| shown(app, model)))
    });
    Ok(json(&found.await?.ok_or_else(|| ApiError::not_found("No model found with this hash"))?))
}
