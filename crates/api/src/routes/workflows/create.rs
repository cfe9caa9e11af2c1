//! Save a new workflow.

use super::WorkflowDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{WorkflowWithoutID, json};
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_create_workflow)]
pub(crate) struct New {
    /// The workflow to create
    workflow: WorkflowWithoutID,
}

/// Keeps a workflow as the caller's own. With several people it is private, else everybody's.
#[utoipa::path(operation_id = "create_workflow", tag = "workflows", request_body = New,
    responses((status = 200, body = WorkflowDto)))]
#[post("/api/v1/workflows/")]
pub(crate) async fn create(mut call: Call) -> Result<HttpResponse, ApiError> {
    let document = call.body::<New>().await?.workflow.into_document()?;
    let record = call.run(move |app, actor| app.workflows.create(actor, document)).await?;
    Ok(json(&WorkflowDto::from(record)))
}
