//! Hand out no more items.

use super::QueuePath;
use super::dto::ProcessorDto;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_queue::QueueError;

/// Stops handing out items; running ones go on. For administrators, and for all queues.
#[utoipa::path(operation_id = "pause", tag = "queue", params(QueuePath),
    responses((status = 200, body = ProcessorDto)))]
#[put("/api/v1/queue/{queue_id}/processor/pause")]
pub(crate) async fn pause(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let processor = call
        .run(|app, actor| -> Result<_, QueueError> {
            app.queue.pause(actor)?;
            ProcessorDto::of(&app.queue)
        })
        .await?;
    Ok(json(&processor))
}
