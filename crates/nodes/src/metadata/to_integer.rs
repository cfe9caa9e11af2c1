//! A whole number out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::labels::{IntegerLabel, find, needs_label};
use crate::metadata::python_integer;
use crate::outputs::IntegerOutput;

node! {
    /// The value of a label in metadata as whole number
    #[node(
        kind = "metadata_to_integer", class = "MetadataToIntegerInvocation", title = "Metadata To Integer",
        tags = ["metadata"], category = "metadata", version = "1.0.0", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToInteger -> IntegerOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: IntegerLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: i64,
    }
}

impl Node<Context> for MetadataToInteger {
    fn run(self, context: &mut Context) -> Result<IntegerOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(IntegerOutput { value: found.map_or(Ok(self.default_value), |value| python_integer(&value))? })
    }
}
