//! The models that are offered to begin with.

use super::words::{BaseModelType, ModelFormat, ModelType};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use indexmap::IndexMap;
use invoke_model_manager as manager;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A model that is offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StarterModelWithoutDependencies {
    description: String,
    source: String,
    name: String,
    #[schema(value_type = BaseModelType)]
    base: String,
    #[schema(value_type = ModelType)]
    r#type: String,
    #[schema(required = false, value_type = Option<ModelFormat>)]
    format: Option<String>,
    #[schema(required = false)]
    variant: Option<String>,
    #[schema(required = false)]
    is_installed: bool,
    /// Of external image services, which there are none of: null.
    #[schema(required = false, value_type = Option<Object>)]
    capabilities: Option<Value>,
    /// Of external image services, which there are none of: null.
    #[schema(required = false, value_type = Option<Object>)]
    default_settings: Option<Value>,
    /// Of external image services, which there are none of: null.
    #[schema(required = false, value_type = Option<Object>)]
    panel_schema: Option<Value>,
    #[schema(required = false)]
    previous_names: Vec<String>,
}

/// A model that is offered, with what it needs and is not installed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StarterModel {
    #[serde(flatten)]
    model: StarterModelWithoutDependencies,
    #[schema(required = false)]
    dependencies: Option<Vec<StarterModelWithoutDependencies>>,
}

/// Models that go together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StarterModelBundle {
    name: String,
    models: Vec<StarterModel>,
}

/// Everything that is offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StarterModelResponse {
    starter_models: Vec<StarterModel>,
    #[schema(value_type = std::collections::HashMap<String, StarterModelBundle>)]
    starter_bundles: IndexMap<String, StarterModelBundle>,
}

impl From<manager::StarterModel> for StarterModelWithoutDependencies {
    fn from(model: manager::StarterModel) -> Self {
        Self {
            description: model.description,
            source: model.source,
            name: model.name,
            base: model.base,
            r#type: model.kind,
            format: model.format,
            variant: model.variant,
            is_installed: model.is_installed,
            capabilities: None,
            default_settings: None,
            panel_schema: None,
            previous_names: model.previous_names,
        }
    }
}

impl From<manager::StarterModel> for StarterModel {
    fn from(mut model: manager::StarterModel) -> Self {
        let needs = std::mem::take(&mut model.dependencies);
        Self { dependencies: Some(needs.into_iter().map(Into::into).collect()), model: model.into() }
    }
}

/// The models that are offered to begin with, and what of them is installed.
#[utoipa::path(operation_id = "get_starter_models", tag = "model_manager",
    responses((status = 200, description = "Successful Response", body = StarterModelResponse)))]
#[get("/api/v2/models/starter_models")]
pub(crate) async fn starter_models(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let offered = call.run(|app, actor| app.models.starter_models(actor)).await?;
    let models = |models: Vec<manager::StarterModel>| models.into_iter().map(Into::into).collect();
    let bundle = |(word, bundle): (String, manager::StarterBundle)| {
        (word, StarterModelBundle { name: bundle.name, models: models(bundle.models) })
    };
    Ok(json(&StarterModelResponse {
        starter_models: models(offered.models),
        starter_bundles: offered.bundles.into_iter().map(bundle).collect(),
    }))
}
