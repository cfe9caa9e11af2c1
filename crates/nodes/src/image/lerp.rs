//! Samples squeezed.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::levels;

use crate::Context;
use crate::fields::ImageField;
use crate::image::sample;
use crate::outputs::ImageOutput;

node! {
    /// Maps the range of an image's samples into a smaller one.
    #[node(
        kind = "img_lerp", class = "ImageLerpInvocation", title = "Lerp Image", tags = ["image", "lerp"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct LerpImage -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Smallest sample of the result
        #[field(default = 0, ge = 0, le = 255)]
        pub min: i64,
        /// Largest sample of the result
        #[field(default = 255, ge = 0, le = 255)]
        pub max: i64,
    }
}

impl Node<Context> for LerpImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(levels::squeeze(image, sample("min", self.min)?, sample("max", self.max)?))
    }
}
