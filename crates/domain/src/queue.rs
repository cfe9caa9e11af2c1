//! The session queue: items, their states and the counts that events and status answers carry.

use crate::ids::{BatchId, ItemId, QueueId, SessionId, UserId};
use crate::image::text_enum;
use jiff::Timestamp;

/// State of an item. `Completed`, `Failed` and `Canceled` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemStatus {
    /// Waits for a worker.
    Pending,
    /// Runs on a worker.
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

text_enum!(ItemStatus {
    Pending = "pending",
    InProgress = "in_progress",
    Waiting = "waiting",
    Completed = "completed",
    Failed = "failed",
    Canceled = "canceled",
});

impl ItemStatus {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled)
    }
}

/// Why an item failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFailure {
    /// Class of the error: `ValueError`, `WorkerDied`, …
    pub kind: String,
    /// One sentence for the person who enqueued it.
    pub message: String,
    /// The chain of causes, for the person who debugs it.
    pub traceback: String,
}

/// The call of a saved workflow that an item answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemCall {
    /// The call.
    pub id: String,
    /// The item that calls.
    pub parent: ItemId,
    /// Its session.
    pub parent_session: SessionId,
    /// The item with which the chain of calls began.
    pub root: ItemId,
    /// How deep in the chain the item is, from 1.
    pub depth: u32,
}

/// One item of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueItem {
    /// Id.
    pub id: ItemId,
    /// The queue it is in.
    pub queue_id: QueueId,
    /// The batch it came from.
    pub batch_id: BatchId,
    /// The execution's id.
    pub session_id: SessionId,
    /// Owner.
    pub user_id: UserId,
    /// Owner's display name.
    pub user_display_name: Option<String>,
    /// Owner's e-mail address.
    pub user_email: Option<String>,
    /// State.
    pub status: ItemStatus,
    /// Counts the changes of state from 0.
    pub status_sequence: i64,
    /// Higher runs first within one user's items.
    pub priority: i64,
    /// Which part of the page sent it.
    pub origin: Option<String>,
    /// Where the page shows the result.
    pub destination: Option<String>,
    /// Error, when failed.
    pub failure: Option<ItemFailure>,
    /// Device it ran on.
    pub device: Option<String>,
    /// The batch values of this item, a JSON list as text.
    pub field_values: Option<String>,
    /// The execution state (`GraphExecutionState` of the reference), JSON as text.
    pub session: String,
    /// The workflow it came from, JSON as text.
    pub workflow: Option<String>,
    /// The item this one repeats.
    pub retried_from_item_id: Option<ItemId>,
    /// The call it answers.
    pub call: Option<ItemCall>,
    /// Enqueued at.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Claimed by a worker at.
    pub started_at: Option<Timestamp>,
    /// Reached a final state at.
    pub completed_at: Option<Timestamp>,
}

/// Counts of a batch, by state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchStatus {
    /// The queue.
    pub queue_id: QueueId,
    /// The batch.
    pub batch_id: BatchId,
    /// Which part of the page sent it.
    pub origin: Option<String>,
    /// Where the page shows the result.
    pub destination: Option<String>,
    /// Counts.
    pub counts: StatusCounts,
}

/// How many items are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// Waiting for a worker.
    pub pending: i64,
    /// Running.
    pub in_progress: i64,
    /// Suspended on a called workflow.
    pub waiting: i64,
    /// Done.
    pub completed: i64,
    /// Failed.
    pub failed: i64,
    /// Canceled.
    pub canceled: i64,
}

impl StatusCounts {
    /// All items.
    pub fn total(&self) -> i64 {
        self.pending + self.in_progress + self.waiting + self.completed + self.failed + self.canceled
    }

    /// The counter of `status`.
    pub fn of(&mut self, status: ItemStatus) -> &mut i64 {
        match status {
            ItemStatus::Pending => &mut self.pending,
            ItemStatus::InProgress => &mut self.in_progress,
            ItemStatus::Waiting => &mut self.waiting,
            ItemStatus::Completed => &mut self.completed,
            ItemStatus::Failed => &mut self.failed,
            ItemStatus::Canceled => &mut self.canceled,
        }
    }
}

/// Counts of a queue, and the running item where the reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStatus {
    /// The queue.
    pub queue_id: QueueId,
    /// The running item, its batch and its session.
    pub current: Option<(ItemId, BatchId, SessionId)>,
    /// Counts over all users.
    pub counts: StatusCounts,
    /// The reader's pending items.
    pub user_pending: Option<i64>,
    /// The reader's running items.
    pub user_in_progress: Option<i64>,
}
