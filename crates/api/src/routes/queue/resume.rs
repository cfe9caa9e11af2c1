//! Hand out items again.

use super::QueuePath;
use super::dto::ProcessorDto;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_queue::QueueError;

/// Hands out items again. For administrators, and for all queues.
#[utoipa::path(operation_id = "resume", tag = "queue", params(QueuePath),
    responses((status = 200, body = ProcessorDto)))]
#[put("/api/v1/queue/{queue_id}/processor/resume")]
pub(crate) async fn resume(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let processor = call
        .run(|app, actor| -> Result<_, QueueError> {
            app.queue.resume(actor)?;
            ProcessorDto::of(&app.queue)
        })
        .await?;
    Ok(json(&processor))
}
