//! Division of whole numbers, cut towards zero.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::math::divided;
use crate::outputs::IntegerOutput;

node! {
    /// Divides two numbers
    #[node(
        kind = "div", class = "DivideInvocation", title = "Divide Integers", tags = ["math", "divide"],
        category = "math", version = "1.0.1"
    )]
    pub struct Divide -> IntegerOutput {
        /// The first number
        #[field(default = 0)]
        pub a: i64,
        /// The second number
        #[field(default = 0)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for Divide {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        divided(self.a, self.b)
    }
}
