//! How items and counts look in JSON, with the fields in the reference's order.

use crate::wire::{GraphExecutionState, WorkflowWithoutID, row};
use invoke_domain::queue::StatusCounts;
use invoke_domain::{BatchStatus, QueueItem, QueueStatus};
use invoke_graph::{Catalogue, Session};
use invoke_queue::{Queue, QueueError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The value a batch put into a field of a node.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodeFieldValue {
    /// The node into which this batch data item will be substituted.
    node_path: String,
    /// The field into which this batch data item will be substituted.
    field_name: String,
    /// The value to substitute into the node/field.
    value: Value,
}

/// A queue item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionQueueItem)]
pub(crate) struct ItemDto {
    /// The identifier of the session queue item
    item_id: i64,
    /// The status of this queue item
    #[schema(value_type = Status, inline)]
    status: &'static str,
    /// A monotonically increasing version for this queue item's visible status lifecycle
    #[schema(required = false)]
    status_sequence: Option<i64>,
    /// The priority of this queue item
    priority: i64,
    /// The ID of the batch associated with this queue item
    batch_id: String,
    /// The origin of this queue item.
    #[schema(required = false)]
    origin: Option<String>,
    /// The destination of this queue item
    #[schema(required = false)]
    destination: Option<String>,
    /// The ID of the session associated with this queue item.
    session_id: String,
    /// The error type if this queue item errored
    #[schema(required = false)]
    error_type: Option<String>,
    /// The error message if this queue item errored
    #[schema(required = false)]
    error_message: Option<String>,
    /// The error traceback if this queue item errored
    #[schema(required = false)]
    error_traceback: Option<String>,
    /// When this queue item was created
    created_at: String,
    /// When this queue item was updated
    updated_at: String,
    /// When this queue item was started
    #[schema(required = false)]
    started_at: Option<String>,
    /// When this queue item was completed
    #[schema(required = false)]
    completed_at: Option<String>,
    /// The id of the queue with which this item is associated
    queue_id: String,
    /// The id of the user who created this queue item
    #[schema(required = false)]
    user_id: String,
    /// The display name of the user who created this queue item, if available
    #[schema(required = false)]
    user_display_name: Option<String>,
    /// The email of the user who created this queue item, if available
    #[schema(required = false)]
    user_email: Option<String>,
    /// The field values that were used for this queue item
    #[schema(required = false, value_type = Option<Vec<NodeFieldValue>>)]
    field_values: Option<Value>,
    /// The item_id of the queue item that this item was retried from
    #[schema(required = false)]
    retried_from_item_id: Option<i64>,
    /// The device the item ran on
    #[schema(required = false)]
    device: Option<String>,
    /// The active workflow-call relationship id when this queue item is a child execution.
    #[schema(required = false)]
    workflow_call_id: Option<String>,
    /// The parent queue item id when this queue item is a child workflow execution.
    #[schema(required = false)]
    parent_item_id: Option<i64>,
    /// The parent session id when this queue item is a child workflow execution.
    #[schema(required = false)]
    parent_session_id: Option<String>,
    /// The root queue item id of the workflow call chain.
    #[schema(required = false)]
    root_item_id: Option<i64>,
    /// The depth of this queue item in the workflow call chain.
    #[schema(required = false)]
    workflow_call_depth: Option<i64>,
    /// The fully-populated session to be executed
    #[schema(value_type = GraphExecutionState)]
    session: Value,
    /// The workflow associated with this queue item
    #[schema(required = false, value_type = Option<WorkflowWithoutID>)]
    workflow: Option<Value>,
}

/// The states of an item.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "stands for the words of `ItemStatus`")]
pub(crate) enum Status {
    /// Waits for a worker.
    Pending,
    /// Runs.
    InProgress,
    /// Suspended on a called workflow.
    Waiting,
    /// Done.
    Completed,
    /// Ended with an error.
    Failed,
    /// Ended by a person.
    Canceled,
}

impl ItemDto {
    /// Items with every field of their sessions.
    pub(super) fn full_list(items: Vec<QueueItem>, catalogue: &Catalogue) -> Vec<Self> {
        items.into_iter().map(|item| Self::full(item, catalogue)).collect()
    }

    /// An item with every field of its session, null where there is nothing.
    pub(super) fn full(item: QueueItem, catalogue: &Catalogue) -> Self {
        let session = match Session::from_json(&item.session) {
            Ok(session) => session.to_api(catalogue),
            Err(error) => {
                tracing::warn!(item = item.id.0, "a session is shown as it is stored: {error}");
                parse(&item.session)
            }
        };
        Self::new(item, session)
    }

    /// An item with its session as it is stored, that is without what is null.
    pub(super) fn stored(item: QueueItem) -> Self {
        let session = parse(&item.session);
        Self::new(item, session)
    }

    fn new(item: QueueItem, session: Value) -> Self {
        let (error_type, error_message, error_traceback) = match item.failure {
            Some(failure) => (Some(failure.kind), Some(failure.message), Some(failure.traceback)),
            None => (None, None, None),
        };
        // Of a stranger's item nothing is told; of an own one, at least that there were no values.
        let has_values = item.user_id.as_str() != "redacted";
        let field_values = item.field_values.as_deref().map(parse).or(has_values.then(|| Value::Array(Vec::new())));
        Self {
            item_id: item.id.0,
            status: item.status.as_str(),
            status_sequence: Some(item.status_sequence),
            priority: item.priority,
            batch_id: item.batch_id.0,
            origin: item.origin,
            destination: item.destination,
            session_id: item.session_id.0,
            error_type,
            error_message,
            error_traceback,
            created_at: row(item.created_at),
            updated_at: row(item.updated_at),
            started_at: item.started_at.map(row),
            completed_at: item.completed_at.map(row),
            queue_id: item.queue_id.0,
            user_id: item.user_id.0,
            user_display_name: item.user_display_name,
            user_email: item.user_email,
            field_values,
            retried_from_item_id: item.retried_from_item_id.map(|id| id.0),
            device: item.device,
            workflow_call_id: item.call.as_ref().map(|call| call.id.clone()),
            parent_item_id: item.call.as_ref().map(|call| call.parent.0),
            parent_session_id: item.call.as_ref().map(|call| call.parent_session.0.clone()),
            root_item_id: item.call.as_ref().map(|call| call.root.0),
            workflow_call_depth: item.call.as_ref().map(|call| call.depth.into()),
            session,
            workflow: item.workflow.as_deref().map(parse),
        }
    }
}

/// Stored JSON. What cannot be read is shown as null rather than hiding the item.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!("a queue item holds text that is not JSON: {error}");
        Value::Null
    })
}

/// An item as the list shows it: without its session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionQueueItemSummary)]
pub(crate) struct SummaryDto {
    /// The identifier of the session queue item
    item_id: i64,
    /// When this queue item was created
    created_at: String,
    /// The status of this queue item
    #[schema(value_type = Status, inline)]
    status: &'static str,
    /// The device the item ran on
    #[schema(required = true)]
    device: Option<String>,
    /// When this queue item was started
    #[schema(required = true)]
    started_at: Option<String>,
    /// When this queue item was completed
    #[schema(required = true)]
    completed_at: Option<String>,
    /// The origin of this queue item.
    #[schema(required = true)]
    origin: Option<String>,
    /// The destination of this queue item
    #[schema(required = true)]
    destination: Option<String>,
    /// The ID of the batch associated with this queue item
    batch_id: String,
    /// The id of the user who created this queue item
    user_id: String,
    /// The display name of the user who created this queue item, if available
    #[schema(required = true)]
    user_display_name: Option<String>,
    /// The email of the user who created this queue item, if available
    #[schema(required = true)]
    user_email: Option<String>,
    /// The field values that were used for this queue item
    #[schema(required = true, value_type = Option<Vec<NodeFieldValue>>)]
    field_values: Option<Value>,
    /// The parent queue item id when this queue item is a child workflow execution.
    #[schema(required = true)]
    parent_item_id: Option<i64>,
}

impl From<QueueItem> for SummaryDto {
    fn from(item: QueueItem) -> Self {
        Self {
            item_id: item.id.0,
            created_at: row(item.created_at),
            status: item.status.as_str(),
            device: item.device,
            started_at: item.started_at.map(row),
            completed_at: item.completed_at.map(row),
            origin: item.origin,
            destination: item.destination,
            batch_id: item.batch_id.0,
            user_id: item.user_id.0,
            user_display_name: item.user_display_name,
            user_email: item.user_email,
            field_values: item.field_values.as_deref().map(parse),
            parent_item_id: item.call.map(|call| call.parent.0),
        }
    }
}

/// How many items are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Number of queue items with status 'pending'
    pending: i64,
    /// Number of queue items with status 'in_progress'
    in_progress: i64,
    /// Number of queue items with status 'waiting'
    waiting: i64,
    /// Number of queue items with status 'completed'
    completed: i64,
    /// Number of queue items with status 'failed'
    failed: i64,
    /// Number of queue items with status 'canceled'
    canceled: i64,
    /// Total number of queue items
    total: i64,
}

impl From<StatusCounts> for Counts {
    fn from(counts: StatusCounts) -> Self {
        let StatusCounts { pending, in_progress, waiting, completed, failed, canceled } = counts;
        Self { pending, in_progress, waiting, completed, failed, canceled, total: counts.total() }
    }
}

/// Counts of a queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionQueueStatus)]
pub(crate) struct QueueStatusDto {
    /// The ID of the queue
    queue_id: String,
    /// The current queue item id
    #[schema(required = true)]
    item_id: Option<i64>,
    /// The current queue item's batch id
    #[schema(required = true)]
    batch_id: Option<String>,
    /// The current queue item's session id
    #[schema(required = true)]
    session_id: Option<String>,
    #[serde(flatten)]
    counts: Counts,
    /// Number of queue items with status 'pending' of the caller
    #[schema(required = false)]
    user_pending: Option<i64>,
    /// Number of queue items with status 'in_progress' of the caller
    #[schema(required = false)]
    user_in_progress: Option<i64>,
}

impl From<QueueStatus> for QueueStatusDto {
    fn from(status: QueueStatus) -> Self {
        let (item_id, batch_id, session_id) = match status.current {
            Some((item, batch, session)) => (Some(item.0), Some(batch.0), Some(session.0)),
            None => (None, None, None),
        };
        Self {
            queue_id: status.queue_id.0,
            item_id,
            batch_id,
            session_id,
            counts: status.counts.into(),
            user_pending: status.user_pending,
            user_in_progress: status.user_in_progress,
        }
    }
}

/// Counts of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchStatus)]
pub(crate) struct BatchStatusDto {
    /// The ID of the queue
    queue_id: String,
    /// The ID of the batch
    batch_id: String,
    /// The origin of the batch
    #[schema(required = true)]
    origin: Option<String>,
    /// The destination of the batch
    #[schema(required = true)]
    destination: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

impl From<BatchStatus> for BatchStatusDto {
    fn from(status: BatchStatus) -> Self {
        Self {
            queue_id: status.queue_id.0,
            batch_id: status.batch_id.0,
            origin: status.origin,
            destination: status.destination,
            counts: status.counts.into(),
        }
    }
}

/// Counts of what goes to one destination.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionQueueCountsByDestination)]
pub(crate) struct DestinationCounts {
    /// The ID of the queue
    pub(super) queue_id: String,
    /// The destination of queue items included in this status
    pub(super) destination: String,
    #[serde(flatten)]
    pub(super) counts: Counts,
}

/// Whether the queue is worked off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionProcessorStatus)]
pub(crate) struct ProcessorDto {
    /// Whether the session processor is started
    pub(super) is_started: bool,
    /// Whether a session is being processed
    pub(super) is_processing: bool,
}

impl ProcessorDto {
    /// How it stands now.
    pub(super) fn of(queue: &Queue) -> Result<Self, QueueError> {
        Ok(Self { is_started: !queue.is_paused(), is_processing: queue.is_processing()? })
    }
}
