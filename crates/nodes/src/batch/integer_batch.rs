//! A workflow once per whole number.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node};

use crate::batch::{BatchGroup, not_executable};
use crate::outputs::IntegerOutput;

node! {
    /// The page enqueues the workflow once for each whole number; the node itself never runs.
    #[node(
        kind = "integer_batch", class = "IntegerBatchInvocation", title = "Integer Batch",
        tags = ["primitives", "integer", "number", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct IntegerBatch -> IntegerOutput {
        /// Batches of one group advance together, and must be of one length
        #[field(default = "None", title = "Batch Group", input = InputKind::Direct)]
        pub batch_group_id: BatchGroup,
        /// One whole number per run
        #[field(min_length = 1)]
        pub integers: Vec<i64>,
    }
}

impl<C: RunContext> Node<C> for IntegerBatch {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        Err(not_executable())
    }
}
