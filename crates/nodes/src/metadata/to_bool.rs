//! A yes or no out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::labels::{BooleanLabel, find, needs_label};
use crate::metadata::python_truth;
use crate::outputs::BooleanOutput;

node! {
    /// The value of a label in metadata as yes or no: no is what is empty or zero
    #[node(
        kind = "metadata_to_bool", class = "MetadataToBoolInvocation", title = "Metadata To Bool", tags = ["metadata"],
        category = "metadata", version = "1.0.0", classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToBool -> BooleanOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: BooleanLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: bool,
    }
}

impl Node<Context> for MetadataToBool {
    fn run(self, context: &mut Context) -> Result<BooleanOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(BooleanOutput { value: found.map_or(self.default_value, |value| python_truth(&value)) })
    }
}
