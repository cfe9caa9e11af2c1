//! A colour.

use invoke_graph::{Node, NodeError, RunContext, node};
use serde_json::json;

use crate::fields::ColorField;
use crate::outputs::ColorOutput;

node! {
    /// A color primitive value
    #[node(
        kind = "color", class = "ColorInvocation", title = "Color Primitive", tags = ["primitives", "color"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Color -> ColorOutput {
        /// The color value
        #[field(default = json!({"a": 255, "b": 0, "g": 0, "r": 0}))]
        pub color: ColorField,
    }
}

impl<C: RunContext> Node<C> for Color {
    fn run(self, _: &mut C) -> Result<ColorOutput, NodeError> {
        Ok(ColorOutput { color: self.color })
    }
}
