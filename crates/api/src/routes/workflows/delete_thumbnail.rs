//! Take a workflow's picture away.

use super::WorkflowPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::WorkflowId;

/// Removes the picture of a workflow.
#[utoipa::path(operation_id = "delete_workflow_thumbnail", tag = "workflows", params(WorkflowPath),
    responses((status = 200), (status = 404, description = "The workflow has no thumbnail")))]
#[delete("/api/v1/workflows/i/{workflow_id}/thumbnail")]
pub(crate) async fn delete_thumbnail(call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    call.run(move |app, actor| app.workflows.delete_thumbnail(actor, &id)).await?;
    Ok(json(&()))
}
