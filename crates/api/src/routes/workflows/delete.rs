//! Delete a workflow.

use super::WorkflowPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::WorkflowId;

/// Deletes a workflow with its picture.
#[utoipa::path(operation_id = "delete_workflow", tag = "workflows", params(WorkflowPath), responses((status = 200)))]
#[delete("/api/v1/workflows/i/{workflow_id}")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    call.run(move |app, actor| app.workflows.delete(actor, &id)).await?;
    Ok(json(&()))
}
