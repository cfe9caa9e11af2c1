//! Forget what has ended.

use super::{PruneResult, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};

/// Removes the items that have ended: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "prune", tag = "queue", params(QueuePath),
    responses((status = 200, body = PruneResult)))]
#[put("/api/v1/queue/{queue_id}/prune")]
pub(crate) async fn prune(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let deleted = call.run(move |app, actor| app.queue.prune(actor, &queue_id)).await?;
    Ok(json(&PruneResult { deleted }))
}
