//! Several latents.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::fields::LatentsField;
use crate::outputs::LatentsCollectionOutput;

node! {
    /// A list of latents
    #[node(
        kind = "latents_collection", class = "LatentsCollectionInvocation", title = "Latents Collection Primitive",
        tags = ["primitives", "latents", "collection"], category = "primitives", version = "1.0.1"
    )]
    pub struct LatentsCollection -> LatentsCollectionOutput {
        /// The latents
        pub collection: Vec<LatentsField>,
    }
}

impl<C: RunContext> Node<C> for LatentsCollection {
    fn run(self, _: &mut C) -> Result<LatentsCollectionOutput, NodeError> {
        Ok(LatentsCollectionOutput { collection: self.collection })
    }
}
