//! A model by name, kind and base.

use super::shown::shown;
use super::words::{BaseModelType, ModelType};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, json};
use actix_web::{HttpResponse, get};
use invoke_model_manager::{ModelError, ModelOrder, ModelQuery};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Attributes {
    /// The name of the model
    name: String,
    /// The type of the model
    #[serde(rename = "type")]
    #[param(inline)]
    kind: ModelType,
    /// The base model of the model
    #[param(inline)]
    base: BaseModelType,
}

/// The record of the model of this name, kind and base.
#[utoipa::path(operation_id = "get_model_records_by_attrs", tag = "model_manager", params(Attributes),
    responses((status = 200, body = AnyModelConfig)))]
#[get("/api/v2/models/get_by_attrs")]
pub(crate) async fn get_by_attrs(call: Call) -> Result<HttpResponse, ApiError> {
    let Attributes { name, kind, base } = call.query()?;
    let query = ModelQuery { bases: vec![base.0], kind: Some(kind.0), name: Some(name), ..ModelQuery::default() };
    let found = call.run(move |app, actor| {
        let models = app.models.list(actor, &query, ModelOrder::Default, false)?;
        Ok::<_, ModelError>(models.into_iter().next().map(|model| shown(app, model)))
    });
    Ok(json(&found.await?.ok_or_else(|| ApiError::not_found("No model found with these attributes"))?))
}
