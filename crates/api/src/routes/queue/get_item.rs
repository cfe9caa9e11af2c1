//! One item.

use super::ItemPath;
use super::dto::ItemDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::without_nulls;
use actix_web::{HttpResponse, get};

/// One item. Alone among these routes, it leaves out what is null.
#[utoipa::path(operation_id = "get_queue_item", tag = "queue", params(ItemPath), responses((status = 200, body = ItemDto)))]
#[get("/api/v1/queue/{queue_id}/i/{item_id}")]
pub(crate) async fn get_item(call: Call) -> Result<HttpResponse, ApiError> {
    let ItemPath { queue_id, item_id } = call.path()?;
    let item = call.run(move |app, actor| app.queue.get(actor, &queue_id, item_id)).await?;
    Ok(HttpResponse::Ok().json(without_nulls(ItemDto::stored(item))))
}
