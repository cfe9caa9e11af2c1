//! A text with parts exchanged.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::StringOutput;
use crate::strings::python_regex::{Replacement, compile, literal};

node! {
    /// Replaces every occurrence of a text, or of what a regular expression matches
    #[node(
        kind = "string_replace", class = "StringReplaceInvocation", title = "String Replace",
        tags = ["string", "replace", "regex"], category = "strings", version = "1.0.1"
    )]
    pub struct StringReplace -> StringOutput {
        /// The text to change
        #[field(default = "", ui_component = "textarea")]
        pub string: String,
        /// What to look for
        #[field(default = "", ui_component = "textarea")]
        pub search_string: String,
        /// What to put there; `\1` and `\g<name>` stand for what groups matched
        #[field(default = "", ui_component = "textarea")]
        pub replace_string: String,
        /// What to look for is a regular expression; otherwise it is taken as it is, in upper and lower case
        #[field(default = false)]
        pub use_regex: bool,
    }
}

impl<C: RunContext> Node<C> for StringReplace {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        if self.search_string.is_empty() {
            return Ok(StringOutput { value: self.string });
        }
        let pattern =
            if self.use_regex { compile(&self.search_string)? } else { compile(&literal(&self.search_string))? };
        let value = Replacement::parse(&self.replace_string, &pattern)?.everywhere(&pattern, &self.string)?;
        Ok(StringOutput { value })
    }
}
