//! Two texts as one.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::StringOutput;

node! {
    /// Joins string left to string right
    #[node(
        kind = "string_join", class = "StringJoinInvocation", title = "String Join", tags = ["string", "join"],
        category = "strings", version = "1.0.1"
    )]
    pub struct StringJoin -> StringOutput {
        /// String Left
        #[field(default = "", ui_component = "textarea")]
        pub string_left: String,
        /// String Right
        #[field(default = "", ui_component = "textarea")]
        pub string_right: String,
    }
}

impl<C: RunContext> Node<C> for StringJoin {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        Ok(StringOutput { value: self.string_left + &self.string_right })
    }
}
