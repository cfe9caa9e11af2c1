//! A workflow once per image.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node};

use crate::batch::{BatchGroup, not_executable};
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// The page enqueues the workflow once for each image; the node itself never runs.
    #[node(
        kind = "image_batch", class = "ImageBatchInvocation", title = "Image Batch",
        tags = ["primitives", "image", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct ImageBatch -> ImageOutput {
        /// Batches of one group advance together, and must be of one length
        #[field(default = "None", title = "Batch Group", input = InputKind::Direct)]
        pub batch_group_id: BatchGroup,
        /// One image per run
        #[field(min_length = 1)]
        pub images: Vec<ImageField>,
    }
}

impl<C: RunContext> Node<C> for ImageBatch {
    fn run(self, _: &mut C) -> Result<ImageOutput, NodeError> {
        Err(not_executable())
    }
}
