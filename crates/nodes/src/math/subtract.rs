//! Subtraction of whole numbers.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::math::integer;
use crate::outputs::IntegerOutput;

node! {
    /// Subtracts two numbers
    #[node(
        kind = "sub", class = "SubtractInvocation", title = "Subtract Integers", tags = ["math", "subtract"],
        category = "math", version = "1.0.1"
    )]
    pub struct Subtract -> IntegerOutput {
        /// The first number
        #[field(default = 0)]
        pub a: i64,
        /// The second number
        #[field(default = 0)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for Subtract {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        integer(self.a.checked_sub(self.b))
    }
}
