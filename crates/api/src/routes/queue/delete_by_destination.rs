//! Remove what goes to one place.

use super::DeleteByDestinationResult;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::QueueId;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DestinationPath {
    /// The queue id to query
    #[param(value_type = String)]
    queue_id: QueueId,
    /// The destination to query
    destination: String,
}

/// Removes the items of a destination: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "delete_by_destination", tag = "queue", params(DestinationPath),
    responses((status = 200, body = DeleteByDestinationResult)))]
#[delete("/api/v1/queue/{queue_id}/d/{destination}")]
pub(crate) async fn delete_by_destination(call: Call) -> Result<HttpResponse, ApiError> {
    let DestinationPath { queue_id, destination } = call.path()?;
    let deleted = call.run(move |app, actor| app.queue.delete_by_destination(actor, &queue_id, &destination)).await?;
    Ok(json(&DeleteByDestinationResult { deleted }))
}
