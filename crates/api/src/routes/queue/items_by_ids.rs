//! Some items.

use super::dto::ItemDto;
use super::{ItemIds, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_queue::QueueError;

/// The items of these ids, as far as the caller may know of them.
#[utoipa::path(operation_id = "get_queue_items_by_item_ids", tag = "queue", params(QueuePath), request_body = ItemIds,
    responses((status = 200, body = Vec<ItemDto>)))]
#[post("/api/v1/queue/{queue_id}/items_by_ids")]
pub(crate) async fn items_by_ids(mut call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let ItemIds { item_ids } = call.body().await?;
    let items = call
        .run(move |app, actor| {
            let items = app.queue.list_by_ids(actor, &queue_id, &item_ids)?;
            Ok::<_, QueueError>(ItemDto::full_list(items, app.queue.catalogue()))
        })
        .await?;
    Ok(json(&items))
}
