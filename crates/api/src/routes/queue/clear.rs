//! Empty the queue.

use super::{ClearResult, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};

/// Removes all items, running ones too: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "clear", tag = "queue", params(QueuePath),
    responses((status = 200, body = ClearResult)))]
#[put("/api/v1/queue/{queue_id}/clear")]
pub(crate) async fn clear(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let deleted = call.run(move |app, actor| app.queue.clear(actor, &queue_id)).await?;
    Ok(json(&ClearResult { deleted }))
}
