//! The session queue and the nodes it may run.

use crate::section::section;
use crate::value::{Int, words};

section! {
    /// The queue.
    Queue {
        /// Most items that may wait.
        max_queue_size: Int<1, { i64::MAX }> = Int(10_000),
        /// Whose turn is next; in single-user mode always first come, first served.
        session_queue_mode: QueueMode = QueueMode::RoundRobin,
        /// Empty the queue at start.
        clear_queue_on_startup: bool = false,
        /// How many finished items are kept at start; absent for all.
        max_queue_history: Option<Int<0, { i64::MAX }>> = None,
        /// What becomes of an item that ran when the server ended.
        restart_policy: RestartPolicy = RestartPolicy::Requeue,
        /// The only nodes allowed; absent for all.
        allow_nodes: Option<Vec<String>> = None,
        /// Nodes that are not allowed.
        deny_nodes: Option<Vec<String>> = None,
    }
}

words! {
    /// Whose turn is next.
    QueueMode {
        /// First come, first served.
        Fifo = "FIFO",
        /// Users in turn.
        RoundRobin = "round_robin",
    }
}

words! {
    /// What becomes of an item that ran when the server ended.
    RestartPolicy {
        /// It runs once more; the second time it fails with the reason.
        Requeue = "requeue",
        /// It is canceled, as the reference does.
        Cancel = "cancel",
    }
}
