//! One workflow.

use super::{Compatibility, WorkflowDto, WorkflowPath, thumbnail_url};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::WorkflowId;
use serde::Serialize;
use utoipa::ToSchema;

/// A saved workflow, with what the library's pages show beside it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowRecordWithThumbnailDTO)]
pub(crate) struct WithThumbnail {
    #[serde(flatten)]
    record: WorkflowDto,
    /// The URL of the workflow thumbnail.
    thumbnail_url: Option<String>,
    /// Whether this workflow is currently callable by call_saved_workflow.
    call_saved_workflow_compatibility: Option<Compatibility>,
}

/// A workflow.
#[utoipa::path(operation_id = "get_workflow", tag = "workflows", params(WorkflowPath),
    responses((status = 200, body = WithThumbnail)))]
#[get("/api/v1/workflows/i/{workflow_id}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    let (record, has_thumbnail, callable) = call.run(move |app, actor| app.workflows.get(actor, &id)).await?;
    let thumbnail_url = has_thumbnail.then(|| thumbnail_url(record.entry.id.as_str(), &*call.app().random));
    Ok(json(&WithThumbnail {
        record: record.into(),
        thumbnail_url,
        call_saved_workflow_compatibility: Some(callable.into()),
    }))
}
