//! A workflow once per number.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node};

use crate::batch::{BatchGroup, not_executable};
use crate::outputs::FloatOutput;

node! {
    /// The page enqueues the workflow once for each number; the node itself never runs.
    #[node(
        kind = "float_batch", class = "FloatBatchInvocation", title = "Float Batch",
        tags = ["primitives", "float", "number", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct FloatBatch -> FloatOutput {
        /// Batches of one group advance together, and must be of one length
        #[field(default = "None", title = "Batch Group", input = InputKind::Direct)]
        pub batch_group_id: BatchGroup,
        /// One number per run
        #[field(min_length = 1)]
        pub floats: Vec<f64>,
    }
}

impl<C: RunContext> Node<C> for FloatBatch {
    fn run(self, _: &mut C) -> Result<FloatOutput, NodeError> {
        Err(not_executable())
    }
}
