//! Several objects as one; the later wins.

use invoke_graph::{MetadataField, Node, NodeError, RunContext, node};

use crate::outputs::MetadataOutput;

node! {
    /// Merged a collection of MetadataDict into a single MetadataDict.
    #[node(
        kind = "merge_metadata", class = "MergeMetadataInvocation", title = "Metadata Merge", tags = ["metadata"],
        category = "metadata", version = "1.0.1"
    )]
    pub struct MergeMetadata -> MetadataOutput {
        /// Collection of Metadata
        pub collection: Vec<MetadataField>,
    }
}

impl<C: RunContext> Node<C> for MergeMetadata {
    fn run(self, _: &mut C) -> Result<MetadataOutput, NodeError> {
        let metadata = self.collection.into_iter().flat_map(|metadata| metadata.0).collect();
        Ok(MetadataOutput { metadata: MetadataField(metadata) })
    }
}
