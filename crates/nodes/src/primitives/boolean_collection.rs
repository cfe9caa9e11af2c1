//! A list of booleans.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::outputs::BooleanCollectionOutput;

node! {
    /// A collection of boolean primitive values
    #[node(
        kind = "boolean_collection", class = "BooleanCollectionInvocation", title = "Boolean Collection Primitive",
        tags = ["primitives", "boolean", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct BooleanCollection -> BooleanCollectionOutput {
        /// The collection of boolean values
        #[field(default = json!([]))]
        pub collection: Vec<bool>,
    }
}

impl<C: RunContext> Node<C> for BooleanCollection {
    fn run(self, _: &mut C) -> Result<BooleanCollectionOutput, NodeError> {
        Ok(BooleanCollectionOutput { collection: self.collection })
    }
}
