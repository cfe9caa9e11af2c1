//! A whole number.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::IntegerOutput;

node! {
    /// An integer primitive value
    #[node(
        kind = "integer", class = "IntegerInvocation", title = "Integer Primitive", tags = ["primitives", "integer"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Integer -> IntegerOutput {
        /// The integer value
        #[field(default = 0)]
        pub value: i64,
    }
}

impl<C: RunContext> Node<C> for Integer {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        Ok(IntegerOutput { value: self.value })
    }
}
