//! So many whole numbers from start.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::collections::range;
use crate::outputs::IntegerCollectionOutput;

node! {
    /// Creates a range from start to start + (size * step) incremented by step
    #[node(
        kind = "range_of_size", class = "RangeOfSizeInvocation", title = "Integer Range of Size",
        tags = ["collection", "integer", "size", "range"], category = "batch", version = "1.0.0"
    )]
    pub struct RangeOfSize -> IntegerCollectionOutput {
        /// The start of the range
        #[field(default = 0)]
        pub start: i64,
        /// The number of values
        #[field(default = 1, gt = 0)]
        pub size: i64,
        /// The step of the range
        #[field(default = 1)]
        pub step: i64,
    }
}

impl<C: RunContext> Node<C> for RangeOfSize {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        let stop = self.step.checked_mul(self.size).and_then(|length| self.start.checked_add(length));
        let Some(stop) = stop else { return Err(NodeError::value("the range ends beyond the largest number")) };
        range(self.start, stop, self.step)
    }
}
