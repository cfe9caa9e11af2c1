//! Whole numbers out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::fitting;
use crate::metadata::labels::{IntegerLabel, find, needs_label};
use crate::outputs::IntegerCollectionOutput;

node! {
    /// The list at a label in metadata
    #[node(
        kind = "metadata_to_integer_collection", class = "MetadataToIntegerCollectionInvocation",
        title = "Metadata To Integer Collection", tags = ["metadata"], category = "metadata", version = "1.0.0",
        classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToIntegerCollection -> IntegerCollectionOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: IntegerLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: Vec<i64>,
    }
}

impl Node<Context> for MetadataToIntegerCollection {
    fn run(self, context: &mut Context) -> Result<IntegerCollectionOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(IntegerCollectionOutput { collection: found.map_or(Ok(self.default_value), fitting)? })
    }
}
