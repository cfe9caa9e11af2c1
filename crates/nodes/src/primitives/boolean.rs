//! A true or false.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::BooleanOutput;

node! {
    /// A boolean primitive value
    #[node(
        kind = "boolean", class = "BooleanInvocation", title = "Boolean Primitive", tags = ["primitives", "boolean"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Boolean -> BooleanOutput {
        /// The boolean value
        #[field(default = false)]
        pub value: bool,
    }
}

impl<C: RunContext> Node<C> for Boolean {
    fn run(self, _: &mut C) -> Result<BooleanOutput, NodeError> {
        Ok(BooleanOutput { value: self.value })
    }
}
