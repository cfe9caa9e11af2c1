//! A number.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::FloatOutput;

node! {
    /// A float primitive value
    #[node(
        kind = "float", class = "FloatInvocation", title = "Float Primitive", tags = ["primitives", "float"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Float -> FloatOutput {
        /// The float value
        #[field(default = 0.0)]
        pub value: f64,
    }
}

impl<C: RunContext> Node<C> for Float {
    fn run(self, _: &mut C) -> Result<FloatOutput, NodeError> {
        Ok(FloatOutput { value: self.value })
    }
}
