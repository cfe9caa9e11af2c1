//! Multiplication of whole numbers.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::math::integer;
use crate::outputs::IntegerOutput;

node! {
    /// Multiplies two numbers
    #[node(
        kind = "mul", class = "MultiplyInvocation", title = "Multiply Integers", tags = ["math", "multiply"],
        category = "math", version = "1.0.1"
    )]
    pub struct Multiply -> IntegerOutput {
        /// The first number
        #[field(default = 0)]
        pub a: i64,
        /// The second number
        #[field(default = 0)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for Multiply {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        integer(self.a.checked_mul(self.b))
    }
}
