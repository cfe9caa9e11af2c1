//! Remove everything that waits.

use super::{DeleteAllExceptCurrentResult, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};

/// Removes all items that wait: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "delete_all_except_current", tag = "queue", params(QueuePath),
    responses((status = 200, body = DeleteAllExceptCurrentResult)))]
#[put("/api/v1/queue/{queue_id}/delete_all_except_current")]
pub(crate) async fn delete_all_except_current(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let deleted = call.run(move |app, actor| app.queue.delete_all_except_current(actor, &queue_id)).await?;
    Ok(json(&DeleteAllExceptCurrentResult { deleted }))
}
