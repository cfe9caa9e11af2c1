//! A workflow's picture.

use super::WorkflowPath;
use crate::call::{Call, Viewer};
use crate::error::ApiError;
use crate::routes::images::media;
use actix_web::{HttpResponse, get};
use invoke_domain::WorkflowId;

/// The picture of a workflow, for whoever may look at the workflow.
#[utoipa::path(operation_id = "get_workflow_thumbnail", tag = "workflows", params(WorkflowPath),
    responses((status = 200, description = "The workflow thumbnail was fetched successfully", content_type = "image/webp"),
        (status = 404, description = "The workflow thumbnail could not be found")))]
#[get("/api/v1/workflows/i/{workflow_id}/thumbnail")]
pub(crate) async fn thumbnail(call: Call<Viewer>) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    media::answer_picture(&call, move |app, actor| Ok(app.workflows.thumbnail(actor, &id)?)).await
}
