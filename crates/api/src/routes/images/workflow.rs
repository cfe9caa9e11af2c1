//! The workflow an image carries.

use super::ImagePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowAndGraphResponse {
    /// The workflow used to generate the image, as stringified JSON
    #[schema(required = true)]
    workflow: Option<String>,
    /// The graph used to generate the image, as stringified JSON
    #[schema(required = true)]
    graph: Option<String>,
}

/// The workflow and the graph in an image's file.
#[utoipa::path(operation_id = "get_image_workflow", tag = "images", params(ImagePath),
    responses((status = 200, body = WorkflowAndGraphResponse)))]
#[get("/api/v1/images/i/{image_name}/workflow")]
pub(crate) async fn workflow(call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let embedded = call.run(move |app, actor| app.images.embedded(actor, &name)).await?;
    Ok(json(&WorkflowAndGraphResponse { workflow: embedded.workflow, graph: embedded.graph }))
}
