//! What is next by priority.

use super::QueuePath;
use super::dto::ItemDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_queue::QueueError;

/// The pending item of the highest priority, then the oldest; whose turn it is does not count.
#[utoipa::path(operation_id = "get_next_queue_item", tag = "queue", params(QueuePath),
    responses((status = 200, body = Option<ItemDto>)))]
#[get("/api/v1/queue/{queue_id}/next")]
pub(crate) async fn next(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let item = call
        .run(move |app, actor| {
            let item = app.queue.next(actor, &queue_id)?;
            Ok::<_, QueueError>(item.map(|item| ItemDto::full(item, app.queue.catalogue())))
        })
        .await?;
    Ok(json(&item))
}
