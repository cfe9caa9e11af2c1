//! How what goes to one place stands.

use super::dto::DestinationCounts;
use super::{Destination, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// Counts of the items of a destination: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "counts_by_destination", tag = "queue", params(QueuePath, Destination),
    responses((status = 200, body = DestinationCounts)))]
#[get("/api/v1/queue/{queue_id}/counts_by_destination")]
pub(crate) async fn counts_by_destination(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let Destination { destination } = call.query()?;
    let (queue, to) = (queue_id.clone(), destination.clone());
    let counts = call.run(move |app, actor| app.queue.counts_by_destination(actor, &queue, &to)).await?;
    Ok(json(&DestinationCounts { queue_id: queue_id.0, destination, counts: counts.into() }))
}
