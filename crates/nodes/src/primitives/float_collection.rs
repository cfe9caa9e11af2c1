//! A list of numbers.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::outputs::FloatCollectionOutput;

node! {
    /// A collection of float primitive values
    #[node(
        kind = "float_collection", class = "FloatCollectionInvocation", title = "Float Collection Primitive",
        tags = ["primitives", "float", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct FloatCollection -> FloatCollectionOutput {
        /// The collection of float values
        #[field(default = json!([]))]
        pub collection: Vec<f64>,
    }
}

impl<C: RunContext> Node<C> for FloatCollection {
    fn run(self, _: &mut C) -> Result<FloatCollectionOutput, NodeError> {
        Ok(FloatCollectionOutput { collection: self.collection })
    }
}
