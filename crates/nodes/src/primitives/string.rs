//! A text.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::StringOutput;

node! {
    /// A string primitive value
    #[node(
        kind = "string", class = "StringInvocation", title = "String Primitive", tags = ["primitives", "string"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct StringNode -> StringOutput {
        /// The string value
        #[field(default = "", ui_component = "textarea")]
        pub value: String,
    }
}

impl<C: RunContext> Node<C> for StringNode {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        Ok(StringOutput { value: self.value })
    }
}
