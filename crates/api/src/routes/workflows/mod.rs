//! The library of workflows.

pub(crate) mod counts_by_category;
pub(crate) mod counts_by_tag;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod delete_thumbnail;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod set_public;
pub(crate) mod set_thumbnail;
pub(crate) mod tags;
pub(crate) mod thumbnail;
pub(crate) mod update;

use crate::wire::{Workflow, WorkflowCategory, row};
use invoke_domain::{Random, WorkflowEntry, WorkflowRecord, new_uuid};
use invoke_library::{Callable, WorkflowFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Longer texts to look for are no search. The database refuses patterns of 50,000 bytes.
const LONGEST_SEARCH: usize = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WorkflowPath {
    /// The id of the workflow
    workflow_id: String,
}

/// A saved workflow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowRecordDTO)]
pub(crate) struct WorkflowDto {
    /// The id of the workflow.
    workflow_id: String,
    /// The name of the workflow.
    name: String,
    /// The created timestamp of the workflow.
    created_at: String,
    /// The updated timestamp of the workflow.
    updated_at: String,
    /// The opened timestamp of the workflow.
    opened_at: Option<String>,
    /// The id of the user who owns this workflow.
    user_id: String,
    /// Whether this workflow is shared with all users.
    is_public: bool,
    /// The workflow.
    #[schema(value_type = Workflow)]
    workflow: Value,
}

impl From<WorkflowRecord> for WorkflowDto {
    fn from(record: WorkflowRecord) -> Self {
        let WorkflowRecord { entry, document } = record;
        Self {
            workflow: shown(&entry, &document),
            workflow_id: entry.id.0,
            name: entry.name,
            created_at: row(entry.created_at),
            updated_at: row(entry.updated_at),
            opened_at: entry.opened_at.map(row),
            user_id: entry.user_id.0,
            is_public: entry.is_public,
        }
    }
}

/// The document as clients expect it; those of old releases lack a form.
fn shown(entry: &WorkflowEntry, document: &str) -> Value {
    let mut document: Map<String, Value> = serde_json::from_str(document).unwrap_or_default();
    document.entry("form").or_insert(Value::Null);
    document.entry("id").or_insert_with(|| entry.id.0.clone().into());
    Value::Object(document)
}

/// Whether other workflows may call a workflow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowCallCompatibility)]
pub(crate) struct Compatibility {
    /// Whether the workflow can currently be executed by call_saved_workflow.
    is_callable: bool,
    /// Structured compatibility result.
    #[schema(value_type = WorkflowCallCompatibilityReason)]
    reason: &'static str,
    /// Human-readable compatibility detail when unavailable.
    #[schema(required = false)]
    message: Option<String>,
}

impl From<Callable> for Compatibility {
    fn from(callable: Callable) -> Self {
        Self { is_callable: callable.is_callable(), reason: callable.reason.as_str(), message: callable.message }
    }
}

/// What decides whether a workflow may be called.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only documented: the library has the words")]
pub(crate) enum WorkflowCallCompatibilityReason {
    Ok,
    MissingWorkflowReturn,
    MultipleWorkflowReturn,
    UnsupportedNode,
    UnsupportedBatchInput,
    InvalidGraph,
    InvalidInputs,
    ExceedsCapacity,
    Unknown,
}

/// Where the picture of a workflow is; the end differs each time, so that no browser shows an old one.
fn thumbnail_url(id: &str, random: &dyn Random) -> String {
    format!("api/v1/workflows/i/{id}/thumbnail?{}", new_uuid(random))
}

/// Which workflows to count or list, as far as all such routes have it in common.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Opened {
    /// Whether to include/exclude recent workflows
    has_been_opened: Option<bool>,
}

/// Whether public ones are meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Public {
    /// Filter by public/shared status
    is_public: Option<bool>,
}

/// Of which categories.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Categories {
    /// The categories to include
    #[param(inline)]
    categories: Option<Vec<WorkflowCategory>>,
}

fn filter(categories: Option<Vec<WorkflowCategory>>, opened: Option<bool>, is_public: Option<bool>) -> WorkflowFilter {
    WorkflowFilter {
        categories: categories.unwrap_or_default().into_iter().map(Into::into).collect(),
        has_been_opened: opened,
        is_public,
        ..WorkflowFilter::default()
    }
}
