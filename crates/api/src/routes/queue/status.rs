//! How the queue stands.

use super::QueuePath;
use super::dto::{ProcessorDto, QueueStatusDto};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_queue::QueueError;
use serde::Serialize;
use utoipa::ToSchema;

/// The overall status of session queue and processor
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionQueueAndProcessorStatus {
    queue: QueueStatusDto,
    processor: ProcessorDto,
}

/// Counts over everybody's items and the caller's, and whether items are handed out.
#[utoipa::path(operation_id = "get_queue_status", tag = "queue", params(QueuePath),
    responses((status = 200, body = SessionQueueAndProcessorStatus)))]
#[get("/api/v1/queue/{queue_id}/status")]
pub(crate) async fn status(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let status = call
        .run(move |app, actor| {
            let queue = app.queue.status(actor, &queue_id)?.into();
            Ok::<_, QueueError>(SessionQueueAndProcessorStatus { queue, processor: ProcessorDto::of(&app.queue)? })
        })
        .await?;
    Ok(json(&status))
}
