//! Edges as a control image.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, canny};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Draws the edges of an image after Canny.
    #[node(
        kind = "canny_edge_detection", class = "CannyEdgeDetectionInvocation", title = "Canny Edge Detection",
        tags = ["controlnet", "canny"], category = "controlnet_preprocessors", version = "1.0.0", board = true,
        metadata = true
    )]
    pub struct DetectEdges -> ImageOutput {
        /// The image to look at
        pub image: ImageField,
        /// Weakest slope that continues an edge (0-255)
        #[field(default = 100, ge = 0, le = 255)]
        pub low_threshold: i64,
        /// Weakest slope that starts an edge (0-255)
        #[field(default = 200, ge = 0, le = 255)]
        pub high_threshold: i64,
    }
}

impl Node<Context> for DetectEdges {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let edges = canny::canny(&image, self.low_threshold, self.high_threshold).map_err(failed)?;
        context.save_image(edges.convert(Mode::Rgb))
    }
}
