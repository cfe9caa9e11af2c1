//! The installed models.

use super::shown::shown;
use super::words::{BaseModelType, ModelFormat, ModelRecordOrderBy, ModelType};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, Direction, json};
use actix_web::{HttpResponse, get};
use invoke_model_manager::{ModelError, ModelOrder, ModelQuery};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// Base models to include
    #[param(inline)]
    base_models: Option<Vec<BaseModelType>>,
    /// The type of model to get
    #[param(inline)]
    model_type: Option<ModelType>,
    /// Exact match on the name of the model
    model_name: Option<String>,
    /// Exact match on the format of the model (e.g. 'diffusers')
    #[param(inline)]
    model_format: Option<ModelFormat>,
    /// The field to order by
    #[serde(default = "by_name")]
    #[param(inline, default = "name")]
    order_by: ModelRecordOrderBy,
    /// The direction to order by
    #[serde(default = "ascending")]
    #[param(inline, default = "ASC")]
    direction: Direction,
}

fn by_name() -> ModelRecordOrderBy {
    ModelRecordOrderBy("name".to_owned())
}

fn ascending() -> Direction {
    Direction::Ascending
}

/// Return list of configs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelsList {
    #[schema(value_type = Vec<AnyModelConfig>)]
    pub(super) models: Vec<Value>,
}

/// The records of the installed models that match.
#[utoipa::path(operation_id = "list_model_records", tag = "model_manager", params(Selection),
    responses((status = 200, body = ModelsList)))]
#[get("/api/v2/models/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let asked: Selection = call.query()?;
    let query = ModelQuery {
        bases: asked.base_models.unwrap_or_default().into_iter().map(|base| base.0).collect(),
        kind: asked.model_type.map(|kind| kind.0),
        name: asked.model_name,
        format: asked.model_format.map(|format| format.0),
        hash: None,
    };
    let order = match asked.order_by.0.as_str() {
        "type" => ModelOrder::Kind,
        "base" => ModelOrder::Base,
        "name" => ModelOrder::Name,
        "format" => ModelOrder::Format,
        "size" => ModelOrder::Size,
        "created_at" => ModelOrder::Added,
        "updated_at" => ModelOrder::Modified,
        "path" => ModelOrder::Path,
        _ => ModelOrder::Default,
    };
    let descending = asked.direction == Direction::Descending;
    let models = call.run(move |app, actor| {
        let models = app.models.list(actor, &query, order, descending)?;
        Ok::<_, ModelError>(models.into_iter().map(|model| shown(app, model)).collect())
    });
    Ok(json(&ModelsList { models: models.await? }))
}
