//! How many workflows are in a category.

use super::{Opened, Public, filter};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{WorkflowCategory, json};
use actix_web::{HttpResponse, get};
use invoke_library::LibraryError;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The categories to include
    #[param(inline)]
    categories: Vec<WorkflowCategory>,
}

/// For each category, how many of the workflows the caller may list are in it.
#[utoipa::path(operation_id = "counts_by_category", tag = "workflows", params(Wanted, Opened, Public),
    responses((status = 200, body = HashMap<String, i64>)))]
#[get("/api/v1/workflows/counts_by_category")]
pub(crate) async fn counts_by_category(call: Call) -> Result<HttpResponse, ApiError> {
    let Wanted { categories } = call.query()?;
    let (Opened { has_been_opened }, Public { is_public }) = (call.query()?, call.query()?);
    let counts = call
        .run(move |app, actor| {
            let mut counts = Map::new();
            for category in categories {
                let count = app.workflows.count(actor, &filter(Some(vec![category]), has_been_opened, is_public))?;
                counts.insert(invoke_domain::WorkflowCategory::from(category).as_str().to_owned(), Value::from(count));
            }
            Ok::<_, LibraryError>(counts)
        })
        .await?;
    Ok(json(&counts))
}
