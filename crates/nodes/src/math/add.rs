//! Addition of whole numbers.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::math::integer;
use crate::outputs::IntegerOutput;

node! {
    /// Adds two numbers
    #[node(
        kind = "add", class = "AddInvocation", title = "Add Integers", tags = ["math", "add"], category = "math",
        version = "1.0.1"
    )]
    pub struct Add -> IntegerOutput {
        /// The first number
        #[field(default = 0)]
        pub a: i64,
        /// The second number
        #[field(default = 0)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for Add {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        integer(self.a.checked_add(self.b))
    }
}
