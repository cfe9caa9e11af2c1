//! A number out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::labels::{FloatLabel, find, needs_label};
use crate::metadata::python_float;
use crate::outputs::FloatOutput;

node! {
    /// The value of a label in metadata as number
    #[node(
        kind = "metadata_to_float", class = "MetadataToFloatInvocation", title = "Metadata To Float",
        tags = ["metadata"], category = "metadata", version = "1.1.0", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToFloat -> FloatOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: FloatLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: f64,
    }
}

impl Node<Context> for MetadataToFloat {
    fn run(self, context: &mut Context) -> Result<FloatOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(FloatOutput { value: found.map_or(Ok(self.default_value), |value| python_float(&value))? })
    }
}
