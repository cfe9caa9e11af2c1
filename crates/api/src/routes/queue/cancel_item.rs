//! Stop one item.

use super::ItemPath;
use super::dto::ItemDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_queue::QueueError;

/// Cancels an item and answers it; one that has ended stays as it is.
#[utoipa::path(operation_id = "cancel_queue_item", tag = "queue", params(ItemPath),
    responses((status = 200, body = ItemDto)))]
#[put("/api/v1/queue/{queue_id}/i/{item_id}/cancel")]
pub(crate) async fn cancel_item(call: Call) -> Result<HttpResponse, ApiError> {
    let ItemPath { queue_id, item_id } = call.path()?;
    let item = call
        .run(move |app, actor| {
            let item = app.queue.cancel(actor, &queue_id, item_id)?;
            Ok::<_, QueueError>(ItemDto::full(item, app.queue.catalogue()))
        })
        .await?;
    Ok(json(&item))
}
