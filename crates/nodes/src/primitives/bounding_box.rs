//! A rectangle.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::fields::BoundingBoxField;
use crate::outputs::BoundingBoxOutput;

node! {
    /// A rectangle by its corners, in pixels
    #[node(
        kind = "bounding_box", class = "BoundingBoxInvocation", title = "Bounding Box",
        tags = ["primitives", "segmentation", "collection", "bounding box"], category = "primitives", version = "1.0.0"
    )]
    pub struct BoundingBox -> BoundingBoxOutput {
        /// Left edge
        #[field(default = 0)]
        pub x_min: i64,
        /// Top edge
        #[field(default = 0)]
        pub y_min: i64,
        /// Right edge, one past the last pixel
        #[field(default = 0)]
        pub x_max: i64,
        /// Bottom edge, one past the last pixel
        #[field(default = 0)]
        pub y_max: i64,
    }
}

impl<C: RunContext> Node<C> for BoundingBox {
    fn run(self, _: &mut C) -> Result<BoundingBoxOutput, NodeError> {
        let Self { x_min, y_min, x_max, y_max } = self;
        for (axis, min, max) in [("x", x_min, x_max), ("y", y_min, y_max)] {
            if min > max {
                return Err(NodeError::value(format!("{axis}_min ({min}) is greater than {axis}_max ({max}).")));
            }
        }
        Ok(BoundingBoxOutput { bounding_box: BoundingBoxField { x_min, x_max, y_min, y_max, score: None } })
    }
}
