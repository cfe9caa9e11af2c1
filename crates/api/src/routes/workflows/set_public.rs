//! Publish a workflow, or take it back.

use super::{WorkflowDto, WorkflowPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, patch};
use invoke_domain::WorkflowId;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_update_workflow_is_public)]
pub(crate) struct Publicity {
    /// Whether the workflow should be shared publicly
    is_public: bool,
}

/// Shows a workflow to everybody or to its owner alone. Who may publish is a setting, `workflow_publish`.
#[utoipa::path(operation_id = "update_workflow_is_public", tag = "workflows", params(WorkflowPath),
    request_body = Publicity, responses((status = 200, body = WorkflowDto)))]
#[patch("/api/v1/workflows/i/{workflow_id}/is_public")]
pub(crate) async fn set_public(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    let Publicity { is_public } = call.body().await?;
    let record = call.run(move |app, actor| app.workflows.set_public(actor, &id, is_public)).await?;
    Ok(json(&WorkflowDto::from(record)))
}
