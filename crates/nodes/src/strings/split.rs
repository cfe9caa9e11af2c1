//! A text cut in two.

use invoke_graph::{Node, NodeError, RunContext, node, output};

output! {
    /// Two texts
    #[output(kind = "string_2_output")]
    pub struct String2Output {
        /// string 1
        pub string_1: String,
        /// string 2
        pub string_2: String,
    }
}

node! {
    /// Splits string into two strings, based on the first occurance of the delimiter. The delimiter will be removed from the string
    #[node(
        kind = "string_split", class = "StringSplitInvocation", title = "String Split", tags = ["string", "split"],
        category = "strings", version = "1.0.1"
    )]
    pub struct StringSplit -> String2Output {
        /// String to split
        #[field(default = "", ui_component = "textarea")]
        pub string: String,
        /// Delimiter to spilt with. blank will split on the first whitespace
        #[field(default = "")]
        pub delimiter: String,
    }
}

impl<C: RunContext> Node<C> for StringSplit {
    fn run(self, _: &mut C) -> Result<String2Output, NodeError> {
        if self.delimiter.is_empty() {
            return Err(NodeError::value("empty separator"));
        }
        let (first, second) = self.string.split_once(&self.delimiter).unwrap_or((&self.string, ""));
        Ok(String2Output { string_1: first.to_owned(), string_2: second.to_owned() })
    }
}
