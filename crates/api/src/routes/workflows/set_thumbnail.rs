//! Give a workflow a picture.

use super::WorkflowPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::WorkflowId;
use invoke_library::PICTURE_LIMIT;
use utoipa::ToSchema;

#[derive(Debug, ToSchema)]
#[schema(as = Body_set_workflow_thumbnail)]
#[expect(dead_code, reason = "only documented: forms are read part by part")]
pub(crate) struct Picture {
    /// The image file to upload
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    image: Vec<u8>,
}

/// Makes a picture of at most 256 pixels a side out of an upload and shows it with the workflow.
#[utoipa::path(operation_id = "set_workflow_thumbnail", tag = "workflows", params(WorkflowPath),
    request_body(content = Picture, content_type = "multipart/form-data"), responses((status = 200),
        (status = 415, description = "Not an image, or not a readable one")))]
#[put("/api/v1/workflows/i/{workflow_id}/thumbnail")]
pub(crate) async fn set_thumbnail(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = WorkflowId(call.path::<WorkflowPath>()?.workflow_id);
    let of = id.clone();
    // Who may not is told so whatever was sent.
    call.run(move |app, actor| app.workflows.may_edit(actor, &of)).await?;
    let picture = call.form(PICTURE_LIMIT).await?.required_upload("image")?.picture()?;
    let _turn = call.turn_to_upload().await?;
    call.run(move |app, actor| app.workflows.set_thumbnail(actor, &id, &picture)).await?;
    Ok(json(&()))
}
