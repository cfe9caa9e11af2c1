//! Once more.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::{ItemId, QueueId};
use serde::Serialize;
use utoipa::ToSchema;

/// Which items were enqueued again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetryItemsResult {
    /// The ID of the queue
    #[schema(value_type = String)]
    queue_id: QueueId,
    /// The IDs of the queue items that were retried
    #[schema(value_type = Vec<i64>)]
    retried_item_ids: Vec<ItemId>,
}

/// Enqueues failed and canceled items once more; others are passed over.
#[utoipa::path(operation_id = "retry_items_by_id", tag = "queue", params(QueuePath), request_body = Vec<i64>,
    responses((status = 200, body = RetryItemsResult)))]
#[put("/api/v1/queue/{queue_id}/retry_items_by_id")]
pub(crate) async fn retry_items_by_id(mut call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let ids: Vec<ItemId> = call.body::<Vec<i64>>().await?.into_iter().map(ItemId).collect();
    let of = queue_id.clone();
    let retried_item_ids = call.run(move |app, actor| app.queue.retry(actor, &of, &ids)).await?;
    Ok(json(&RetryItemsResult { queue_id, retried_item_ids }))
}
