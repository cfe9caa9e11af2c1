//! Note that a workflow was opened.

use super::WorkflowPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::WorkflowId;

/// Notes that a workflow is opened now.
#[utoipa::path(operation_id = "update_opened_at", tag = "workflows", params(WorkflowPath), responses((status = 200)))]
#[put("/api/v1/workflows/i/{workflow_id}/opened_at")]
pub(crate) async fn open(call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    call.run(move |app, actor| app.workflows.open(actor, &id)).await?;
    Ok(json(&()))
}
