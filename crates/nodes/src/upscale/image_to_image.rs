//! A picture through an upscaler, once.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::Mode;

use crate::Context;
use crate::fields::{ImageField, ModelIdentifierField};
use crate::outputs::ImageOutput;
use crate::upscale::{enlarged, upscaler};

node! {
    /// Puts an image through an image-to-image model, such as an upscaler.
    #[node(
        kind = "spandrel_image_to_image", class = "SpandrelImageToImageInvocation", title = "Image-to-Image",
        tags = ["upscale"], category = "upscale", version = "1.3.0", board = true, metadata = true
    )]
    pub struct SpandrelImageToImage -> ImageOutput {
        /// The input image
        pub image: ImageField,
        /// Image-to-Image model
        #[field(title = "Image-to-Image Model", ui_model_type = ["spandrel_image_to_image"])]
        pub image_to_image_model: ModelIdentifierField,
        /// Sides of the tiles it is done in; 0 for all at once
        #[field(default = 512)]
        pub tile_size: i64,
    }
}

impl Node<Context> for SpandrelImageToImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let upscaler = upscaler(context, &self.image_to_image_model)?;
        let told = |done: usize, all: usize| {
            context.progress_share(format!("Processing tile {done}/{all}"), done as f64 / all as f64);
        };
        context.save_image(enlarged(context, &image, self.tile_size, &upscaler, told)?)
    }
}
