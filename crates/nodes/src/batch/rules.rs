//! What the batch nodes share.

use invoke_graph::{NodeError, choices};

choices! {
    /// Which batches advance together.
    pub enum BatchGroup {
        None = "None",
        Group1 = "Group 1",
        Group2 = "Group 2",
        Group3 = "Group 3",
        Group4 = "Group 4",
        Group5 = "Group 5",
    }
}

/// The page turns batch nodes into batches when it enqueues a workflow; one that comes here was sent by somebody else.
pub(crate) fn not_executable() -> NodeError {
    NodeError::new(
        "NotExecutableNodeError",
        "a batch node does not run: enqueue the workflow with its values as batch data",
    )
}
