//! Cancel what goes to one place.

use super::{CancelByDestinationResult, Destination, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};

/// Cancels the items of a destination: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "cancel_by_destination", tag = "queue", params(QueuePath, Destination),
    responses((status = 200, body = CancelByDestinationResult)))]
#[put("/api/v1/queue/{queue_id}/cancel_by_destination")]
pub(crate) async fn cancel_by_destination(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let Destination { destination } = call.query()?;
    let canceled = call.run(move |app, actor| app.queue.cancel_by_destination(actor, &queue_id, &destination)).await?;
    Ok(json(&CancelByDestinationResult { canceled }))
}
