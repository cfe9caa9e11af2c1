//! Labelled values as one object.

use invoke_graph::{ManyOrOne, MetadataField, Node, NodeError, RunContext, node};

use crate::fields::MetadataItemField;
use crate::metadata::APP_VERSION;
use crate::outputs::MetadataOutput;

node! {
    /// Takes a MetadataItem or collection of MetadataItems and outputs a MetadataDict.
    #[node(
        kind = "metadata", class = "MetadataInvocation", title = "Metadata", tags = ["metadata"],
        category = "metadata", version = "1.0.1"
    )]
    pub struct Metadata -> MetadataOutput {
        /// A single metadata item or collection of metadata items
        pub items: ManyOrOne<MetadataItemField>,
    }
}

impl<C: RunContext> Node<C> for Metadata {
    fn run(self, _: &mut C) -> Result<MetadataOutput, NodeError> {
        let items = self.items.into_vec().into_iter().map(|item| (item.label, item.value));
        let metadata = items.chain([("app_version".to_owned(), APP_VERSION.into())]).collect();
        Ok(MetadataOutput { metadata: MetadataField(metadata) })
    }
}
