//! The edge of a mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::canvas_mask;

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Makes a mask of another one's edge.
    #[node(
        kind = "mask_edge", class = "MaskEdgeInvocation", title = "Mask Edge", tags = ["image", "mask", "inpaint"],
        category = "mask", version = "1.2.2", board = true, metadata = true
    )]
    pub struct MaskEdge -> ImageOutput {
        /// The mask
        pub image: ImageField,
        /// Width of the edge
        pub edge_size: i64,
        /// How far the edge is softened
        pub edge_blur: i64,
        /// Weakest slope that continues an edge
        pub low_threshold: i64,
        /// Weakest slope that starts an edge
        pub high_threshold: i64,
    }
}

impl Node<Context> for MaskEdge {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mask = context.load_image(&self.image)?;
        let (size, softness) = (self.edge_size, self.edge_blur as f32);
        let edge = canvas_mask::edge(&mask, size, softness, self.low_threshold, self.high_threshold);
        context.save_mask(edge.map_err(failed)?)
    }
}
