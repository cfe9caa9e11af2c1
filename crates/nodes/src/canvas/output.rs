//! A picture for the canvas.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Sends an image to the canvas, when the workflow runs on it.
    #[node(
        kind = "canvas_output", class = "CanvasOutputInvocation", title = "Canvas Output",
        tags = ["canvas", "output", "image"], category = "canvas", version = "1.0.0", use_cache = false
    )]
    pub struct CanvasOutput -> ImageOutput {
        /// The image to send
        pub image: ImageField,
    }
}

impl Node<Context> for CanvasOutput {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(image)
    }
}
