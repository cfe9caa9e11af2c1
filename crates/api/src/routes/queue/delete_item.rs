//! Remove one item.

use super::ItemPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};

/// Removes an item; a running one is canceled first.
#[utoipa::path(operation_id = "delete_queue_item", tag = "queue", params(ItemPath), responses((status = 200)))]
#[delete("/api/v1/queue/{queue_id}/i/{item_id}")]
pub(crate) async fn delete_item(call: Call) -> Result<HttpResponse, ApiError> {
    let ItemPath { queue_id, item_id } = call.path()?;
    call.run(move |app, actor| app.queue.delete(actor, &queue_id, item_id)).await?;
    Ok(json(&()))
}
