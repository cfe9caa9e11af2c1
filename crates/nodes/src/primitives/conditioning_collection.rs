//! Prompts as numbers.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::fields::ConditioningField;
use crate::outputs::ConditioningCollectionOutput;

node! {
    /// A list of conditionings
    #[node(
        kind = "conditioning_collection", class = "ConditioningCollectionInvocation",
        title = "Conditioning Collection Primitive", tags = ["primitives", "conditioning", "collection"],
        category = "primitives", version = "1.0.2"
    )]
    pub struct ConditioningCollection -> ConditioningCollectionOutput {
        /// The conditionings
        #[field(default = json!([]))]
        pub collection: Vec<ConditioningField>,
    }
}

impl<C: RunContext> Node<C> for ConditioningCollection {
    fn run(self, _: &mut C) -> Result<ConditioningCollectionOutput, NodeError> {
        Ok(ConditioningCollectionOutput { collection: self.collection })
    }
}
