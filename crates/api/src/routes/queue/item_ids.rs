//! Which items there are.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{Direction, json};
use actix_web::{HttpResponse, get};
use invoke_domain::ItemId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Order {
    /// The order of sort
    #[serde(default)]
    #[param(inline, default = "DESC")]
    order_dir: Direction,
}

/// Ids in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemIdsResult {
    /// Ordered list of item ids
    #[schema(value_type = Vec<i64>)]
    item_ids: Vec<ItemId>,
    /// Total number of queue items matching the query
    total_count: usize,
}

/// The ids of the items the caller may know of, by time of creation.
#[utoipa::path(operation_id = "get_queue_item_ids", tag = "queue", params(QueuePath, Order),
    responses((status = 200, body = ItemIdsResult)))]
#[get("/api/v1/queue/{queue_id}/item_ids")]
pub(crate) async fn item_ids(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let newest_first = call.query::<Order>()?.order_dir == Direction::Descending;
    let item_ids = call.run(move |app, actor| app.queue.item_ids(actor, &queue_id, newest_first)).await?;
    let total_count = item_ids.len();
    Ok(json(&ItemIdsResult { item_ids, total_count }))
}
