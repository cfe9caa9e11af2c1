//! A picture kept once more.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Keeps a copy of an image.
    #[node(
        kind = "save_image", class = "SaveImageInvocation", title = "Save Image", tags = ["primitives", "image"],
        category = "image", version = "1.2.2", use_cache = false, board = true, metadata = true
    )]
    pub struct SaveImage -> ImageOutput {
        /// The image to keep
        pub image: ImageField,
    }
}

impl Node<Context> for SaveImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(image)
    }
}
