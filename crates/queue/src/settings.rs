//! What an administrator decides about the queue.

use invoke_permissions::QueueVisibility;

/// Whose item is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Users take turns.
    RoundRobin,
    /// By priority, then by age, over everybody.
    Fifo,
}

/// What becomes of the items that ran when the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// They run once more; the second time they fail.
    Requeue,
    /// They are canceled, as in the reference.
    Cancel,
}

/// Settings of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// Whose item is next. Without accounts there is nobody to take turns, so then it is [`Mode::Fifo`].
    pub mode: Mode,
    /// Whether there are accounts: owners are checked before each node.
    pub multiuser: bool,
    /// At most that many pending items in one queue.
    pub max_queue_size: usize,
    /// At start, only that many ended items are kept; `None` keeps all.
    pub max_queue_history: Option<usize>,
    /// At start, all items are removed.
    pub clear_at_start: bool,
    /// What users see of each other's items.
    pub visibility: QueueVisibility,
    /// What becomes of the items that ran when the server ended.
    pub restart_policy: RestartPolicy,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Fifo,
            multiuser: false,
            max_queue_size: 10_000,
            max_queue_history: None,
            clear_at_start: false,
            visibility: QueueVisibility::Own,
            restart_policy: RestartPolicy::Requeue,
        }
    }
}
