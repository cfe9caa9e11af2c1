//! Two pictures multiplied.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::blending;

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Multiplies two images, sample by sample.
    #[node(
        kind = "img_mul", class = "ImageMultiplyInvocation", title = "Multiply Images", tags = ["image", "multiply"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct MultiplyImages -> ImageOutput {
        /// The first image
        pub image1: ImageField,
        /// The second image
        pub image2: ImageField,
    }
}

impl Node<Context> for MultiplyImages {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let (first, second) = (context.load_image(&self.image1)?, context.load_image(&self.image2)?);
        context.save_image(blending::multiply(&first, &second).map_err(failed)?)
    }
}
