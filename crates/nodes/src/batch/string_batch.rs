//! A workflow once per text.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node};

use crate::batch::{BatchGroup, not_executable};
use crate::outputs::StringOutput;

node! {
    /// The page enqueues the workflow once for each text; the node itself never runs.
    #[node(
        kind = "string_batch", class = "StringBatchInvocation", title = "String Batch",
        tags = ["primitives", "string", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct StringBatch -> StringOutput {
        /// Batches of one group advance together, and must be of one length
        #[field(default = "None", title = "Batch Group", input = InputKind::Direct)]
        pub batch_group_id: BatchGroup,
        /// One text per run
        #[field(min_length = 1)]
        pub strings: Vec<String>,
    }
}

impl<C: RunContext> Node<C> for StringBatch {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        Err(not_executable())
    }
}
