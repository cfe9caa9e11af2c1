//! A list of whole numbers.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::outputs::IntegerCollectionOutput;

node! {
    /// A collection of integer primitive values
    #[node(
        kind = "integer_collection", class = "IntegerCollectionInvocation", title = "Integer Collection Primitive",
        tags = ["primitives", "integer", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct IntegerCollection -> IntegerCollectionOutput {
        /// The collection of integer values
        #[field(default = json!([]))]
        pub collection: Vec<i64>,
    }
}

impl<C: RunContext> Node<C> for IntegerCollection {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        Ok(IntegerCollectionOutput { collection: self.collection })
    }
}
