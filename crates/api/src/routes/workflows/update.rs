//! Save a workflow again.

use super::{WorkflowDto, WorkflowPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{Workflow, json};
use actix_web::{HttpResponse, patch};
use invoke_domain::WorkflowId;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_update_workflow)]
pub(crate) struct Changed {
    /// The updated workflow
    workflow: Workflow,
}

/// Replaces a workflow's document. The id in the path counts, and the one in the body must be the same.
#[utoipa::path(operation_id = "update_workflow", tag = "workflows", params(WorkflowPath), request_body = Changed,
    responses((status = 200, body = WorkflowDto)))]
#[patch("/api/v1/workflows/i/{workflow_id}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    let document = call.body::<Changed>().await?.workflow.into_document()?;
    let record = call.run(move |app, actor| app.workflows.update(actor, &id, document)).await?;
    Ok(json(&WorkflowDto::from(record)))
}
