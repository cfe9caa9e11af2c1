//! Numbers out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::fitting;
use crate::metadata::labels::{FloatLabel, find, needs_label};
use crate::outputs::FloatCollectionOutput;

node! {
    /// The list at a label in metadata
    #[node(
        kind = "metadata_to_float_collection", class = "MetadataToFloatCollectionInvocation",
        title = "Metadata To Float Collection", tags = ["metadata"], category = "metadata", version = "1.0.0",
        classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToFloatCollection -> FloatCollectionOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: FloatLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: Vec<f64>,
    }
}

impl Node<Context> for MetadataToFloatCollection {
    fn run(self, context: &mut Context) -> Result<FloatCollectionOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(FloatCollectionOutput { collection: found.map_or(Ok(self.default_value), fitting)? })
    }
}
