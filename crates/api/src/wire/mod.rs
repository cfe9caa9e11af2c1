//! How things look in JSON where more than one noun shares it: times, names of schemas that are written elsewhere.

mod named;
mod time;
mod workflow;

pub(crate) use named::{AnyModelConfig, Graph, GraphExecutionState, MetadataField, ModelRecordChanges};
pub(crate) use time::{iso, iso_utc, row};
pub(crate) use workflow::{Workflow, WorkflowCategory, WorkflowWithoutID};

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;

/// 200 and a JSON body.
pub(crate) fn json<T: Serialize>(body: &T) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// A body without null fields, at any depth; nulls in lists stay.
pub(crate) fn without_nulls(body: impl Serialize) -> Value {
    drop_nulls(serde_json::to_value(body).unwrap_or_default())
}

fn drop_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, drop_nulls(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(drop_nulls).collect(),
        other => other,
    }
}

/// The order of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = SQLiteDirection)]
pub(crate) enum Direction {
    /// Oldest or smallest first.
    #[serde(rename = "ASC")]
    Ascending,
    /// Newest or largest first.
    #[default]
    #[serde(rename = "DESC")]
    Descending,
}
