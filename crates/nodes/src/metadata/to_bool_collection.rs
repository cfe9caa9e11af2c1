//! Several yes or no out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::fitting;
use crate::metadata::labels::{BooleanLabel, find, needs_label};
use crate::outputs::BooleanCollectionOutput;

node! {
    /// The list at a label in metadata
    #[node(
        kind = "metadata_to_bool_collection", class = "MetadataToBoolCollectionInvocation",
        title = "Metadata To Bool Collection", tags = ["metadata"], category = "metadata", version = "1.0.0",
        classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToBoolCollection -> BooleanCollectionOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: BooleanLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: Vec<bool>,
    }
}

impl Node<Context> for MetadataToBoolCollection {
    fn run(self, context: &mut Context) -> Result<BooleanCollectionOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(BooleanCollectionOutput { collection: found.map_or(Ok(self.default_value), fitting)? })
    }
}
