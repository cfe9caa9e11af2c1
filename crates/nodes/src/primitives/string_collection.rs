//! A list of texts.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::outputs::StringCollectionOutput;

node! {
    /// A collection of string primitive values
    #[node(
        kind = "string_collection", class = "StringCollectionInvocation", title = "String Collection Primitive",
        tags = ["primitives", "string", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct StringCollection -> StringCollectionOutput {
        /// The collection of string values
        #[field(default = json!([]))]
        pub collection: Vec<String>,
    }
}

impl<C: RunContext> Node<C> for StringCollection {
    fn run(self, _: &mut C) -> Result<StringCollectionOutput, NodeError> {
        Ok(StringCollectionOutput { collection: self.collection })
    }
}
