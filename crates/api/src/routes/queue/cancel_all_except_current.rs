//! Cancel everything that waits.

use super::{CancelAllExceptCurrentResult, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};

/// Cancels all items that do not run: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "cancel_all_except_current", tag = "queue", params(QueuePath),
    responses((status = 200, body = CancelAllExceptCurrentResult)))]
#[put("/api/v1/queue/{queue_id}/cancel_all_except_current")]
pub(crate) async fn cancel_all_except_current(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let canceled = call.run(move |app, actor| app.queue.cancel_all_except_current(actor, &queue_id)).await?;
    Ok(json(&CancelAllExceptCurrentResult { canceled }))
}
