//! Three texts as one.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::StringOutput;

node! {
    /// Joins string left to string middle to string right
    #[node(
        kind = "string_join_three", class = "StringJoinThreeInvocation", title = "String Join Three",
        tags = ["string", "join"], category = "strings", version = "1.0.1"
    )]
    pub struct StringJoinThree -> StringOutput {
        /// String Left
        #[field(default = "", ui_component = "textarea")]
        pub string_left: String,
        /// String Middle
        #[field(default = "", ui_component = "textarea")]
        pub string_middle: String,
        /// String Right
        #[field(default = "", ui_component = "textarea")]
        pub string_right: String,
    }
}

impl<C: RunContext> Node<C> for StringJoinThree {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        Ok(StringOutput { value: self.string_left + &self.string_middle + &self.string_right })
    }
}
