//! Whole numbers from start to stop.

use invoke_graph::{Node, NodeError, Rule, RunContext, Test, node};

use crate::collections::range;
use crate::outputs::IntegerCollectionOutput;

node! {
    /// Creates a range of numbers from start to stop with step
    #[node(
        kind = "range", class = "RangeInvocation", title = "Integer Range", tags = ["collection", "integer", "range"],
        category = "batch", version = "1.0.0",
        rules = [Rule::at("stop", [("stop", Test::AtMost("start".into()))], "stop must be greater than start")]
    )]
    pub struct Range -> IntegerCollectionOutput {
        /// The start of the range
        #[field(default = 0)]
        pub start: i64,
        /// The stop of the range
        #[field(default = 10)]
        pub stop: i64,
        /// The step of the range
        #[field(default = 1)]
        pub step: i64,
    }
}

impl<C: RunContext> Node<C> for Range {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        range(self.start, self.stop, self.step)
    }
}
