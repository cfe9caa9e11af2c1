//! A picture that is there already.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// An image primitive value
    #[node(
        kind = "image", class = "ImageInvocation", title = "Image Primitive", tags = ["primitives", "image"],
        category = "primitives", version = "1.0.2"
    )]
    pub struct Image -> ImageOutput {
        /// The image to load
        pub image: ImageField,
    }
}

impl Node<Context> for Image {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() })
    }
}
