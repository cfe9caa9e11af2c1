//! How many workflows have a tag.

use super::{Categories, LONGEST_SEARCH, Opened, Public, filter};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_library::LibraryError;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Tags {
    /// The tags to get counts for
    #[param(max_items = 1000)]
    tags: Vec<String>,
}

/// For each tag, how many of the workflows the caller may list have it.
#[utoipa::path(operation_id = "get_counts_by_tag", tag = "workflows", params(Tags, Categories, Opened, Public),
    responses((status = 200, body = HashMap<String, i64>)))]
#[get("/api/v1/workflows/counts_by_tag")]
pub(crate) async fn counts_by_tag(call: Call) -> Result<HttpResponse, ApiError> {
    let (Tags { tags }, Categories { categories }) = (call.query()?, call.query()?);
    let (Opened { has_been_opened }, Public { is_public }) = (call.query()?, call.query()?);
    let filter = filter(categories, has_been_opened, is_public);
    let counts = call
        .run(move |app, actor| {
            let mut counts = Map::new();
            for tag in tags {
                let mut filter = filter.clone();
                filter.tags = vec![tag.chars().take(LONGEST_SEARCH).collect()];
                counts.insert(tag, Value::from(app.workflows.count(actor, &filter)?));
            }
            Ok::<_, LibraryError>(counts)
        })
        .await?;
    Ok(json(&counts))
}
