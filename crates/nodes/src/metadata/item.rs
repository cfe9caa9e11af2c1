//! One labelled value.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::Value;

use crate::fields::MetadataItemField;
use crate::outputs::MetadataItemOutput;

node! {
    /// Used to create an arbitrary metadata item. Provide "label" and make a connection to "value" to store that data as the value.
    #[node(
        kind = "metadata_item", class = "MetadataItemInvocation", title = "Metadata Item", tags = ["metadata"],
        category = "metadata", version = "1.0.1"
    )]
    pub struct MetadataItem -> MetadataItemOutput {
        /// Label for this metadata item
        pub label: String,
        /// The value for this metadata item (may be any type)
        #[field(ui_type = "AnyField")]
        pub value: Value,
    }
}

impl<C: RunContext> Node<C> for MetadataItem {
    fn run(self, _: &mut C) -> Result<MetadataItemOutput, NodeError> {
        Ok(MetadataItemOutput { item: MetadataItemField { label: self.label, value: self.value } })
    }
}
