//! A picture passed on.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Passes an image on. A server has no screen to show it on.
    #[node(
        kind = "show_image", class = "ShowImageInvocation", title = "Show Image", tags = ["image"],
        category = "image", version = "1.0.1"
    )]
    pub struct ShowImage -> ImageOutput {
        /// The image to pass on
        pub image: ImageField,
    }
}

impl Node<Context> for ShowImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() })
    }
}
