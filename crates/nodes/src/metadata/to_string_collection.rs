//! Texts out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::metadata::fitting;
use crate::metadata::labels::{StringLabel, find, needs_label};
use crate::outputs::StringCollectionOutput;

node! {
    /// The list at a label in metadata
    #[node(
        kind = "metadata_to_string_collection", class = "MetadataToStringCollectionInvocation",
        title = "Metadata To String Collection", tags = ["metadata"], category = "metadata", version = "1.0.0",
        classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToStringCollection -> StringCollectionOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: StringLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        pub default_value: Vec<String>,
    }
}

impl Node<Context> for MetadataToStringCollection {
    fn run(self, context: &mut Context) -> Result<StringCollectionOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(StringCollectionOutput { collection: found.map_or(Ok(self.default_value), fitting)? })
    }
}
