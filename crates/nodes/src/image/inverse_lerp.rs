//! Samples stretched.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::levels;

use crate::Context;
use crate::fields::ImageField;
use crate::image::sample;
use crate::outputs::ImageOutput;

node! {
    /// Maps a smaller range of an image's samples into the whole one.
    #[node(
        kind = "img_ilerp", class = "ImageInverseLerpInvocation", title = "Inverse Lerp Image",
        tags = ["image", "ilerp"], category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct InverseLerpImage -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Sample that becomes 0
        #[field(default = 0, ge = 0, le = 255)]
        pub min: i64,
        /// Sample that becomes 255
        #[field(default = 255, ge = 0, le = 255)]
        pub max: i64,
    }
}

impl Node<Context> for InverseLerpImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(levels::stretch(image, sample("min", self.min)?, sample("max", self.max)?))
    }
}
