//! A text out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::labels::{StringLabel, find, needs_label};
use crate::metadata::python_text;
use crate::outputs::StringOutput;

node! {
    /// The value of a label in metadata as text
    #[node(
        kind = "metadata_to_string", class = "MetadataToStringInvocation", title = "Metadata To String",
        tags = ["metadata"], category = "metadata", version = "1.0.0", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToString -> StringOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: StringLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: String,
    }
}

impl Node<Context> for MetadataToString {
    fn run(self, context: &mut Context) -> Result<StringOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(StringOutput { value: found.map_or(self.default_value, |value| python_text(&value)) })
    }
}
