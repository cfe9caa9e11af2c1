//! Enqueue.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{Graph, WorkflowWithoutID, json};
use actix_web::{HttpResponse, post};
use invoke_domain::{ItemId, QueueId};
use invoke_queue::{EnqueueBatch, QueueError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A graph, how often it is to run, and with which values.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "documents what `invoke_queue::Batch` reads and writes")]
pub(crate) struct Batch {
    /// The ID of the batch
    #[schema(required = false)]
    batch_id: String,
    /// The origin of this queue item. This data is used by the frontend to determine how to handle results.
    #[schema(required = false)]
    origin: Option<String>,
    /// The origin of this queue item. This data is used by the frontend to determine how to handle results
    #[schema(required = false)]
    destination: Option<String>,
    /// The batch data collection.
    #[schema(required = false)]
    data: Option<Vec<Vec<BatchDatum>>>,
    /// The graph to initialize the session with
    graph: Graph,
    /// The workflow to initialize the session with
    #[schema(required = false)]
    workflow: Option<WorkflowWithoutID>,
    /// Int stating how many times to iterate through all possible batch indices
    #[schema(minimum = 1, default = 1)]
    runs: i64,
}

/// Values for a field of a node.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "documents what `invoke_queue::Batch` reads and writes")]
pub(crate) struct BatchDatum {
    /// The node into which this batch data collection will be substituted.
    node_path: String,
    /// The field into which this batch data collection will be substituted.
    field_name: String,
    /// The list of items to substitute into the node/field.
    #[schema(required = false)]
    items: Vec<Value>,
}

/// What to enqueue, and where.
#[derive(Debug, ToSchema)]
#[schema(as = Body_enqueue_batch)]
#[expect(dead_code, reason = "documents what `EnqueueBatch::from_body` reads")]
pub(crate) struct BodyEnqueueBatch {
    /// Batch to process
    batch: Batch,
    /// Whether or not to prepend this batch in the queue
    #[schema(required = false, default = false)]
    prepend: bool,
}

/// An accepted batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnqueueBatchResult {
    /// The ID of the queue
    #[schema(value_type = String)]
    queue_id: QueueId,
    /// The total number of queue items enqueued
    enqueued: usize,
    /// The total number of queue items requested to be enqueued
    requested: u64,
    /// The batch that was enqueued
    #[schema(value_type = Batch)]
    batch: Value,
    /// The priority of the enqueued batch
    priority: i64,
    /// The IDs of the queue items that were enqueued
    #[schema(value_type = Vec<i64>)]
    item_ids: Vec<ItemId>,
}

/// Enqueues a graph; its items are durable when this answers.
#[utoipa::path(operation_id = "enqueue_batch", tag = "queue", params(QueuePath), request_body = BodyEnqueueBatch,
    responses((status = 200, body = EnqueueBatchResult), (status = 201, description = "Created", body = EnqueueBatchResult)))]
#[post("/api/v1/queue/{queue_id}/enqueue_batch")]
pub(crate) async fn enqueue_batch(mut call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let request = EnqueueBatch::from_body(&call.any_body().await?).map_err(QueueError::Invalid)?;
    let done = call.run(move |app, actor| app.queue.enqueue_batch(actor, &queue_id, &request)).await?;
    Ok(json(&EnqueueBatchResult {
        queue_id: done.queue_id,
        enqueued: done.enqueued,
        requested: done.requested,
        batch: done.batch.to_api(),
        priority: done.priority,
        item_ids: done.item_ids,
    }))
}
