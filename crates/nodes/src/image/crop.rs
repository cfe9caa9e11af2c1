//! A rectangle cut out of a picture.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Cuts a rectangle out of an image. What lies outside of the image is transparent.
    #[node(
        kind = "img_crop", class = "ImageCropInvocation", title = "Crop Image", tags = ["image", "crop"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct CropImage -> ImageOutput {
        /// The image to cut from
        pub image: ImageField,
        /// Left edge of the rectangle
        #[field(default = 0)]
        pub x: i64,
        /// Top edge of the rectangle
        #[field(default = 0)]
        pub y: i64,
        /// Width of the rectangle
        #[field(default = 512, gt = 0)]
        pub width: i64,
        /// Height of the rectangle
        #[field(default = 512, gt = 0)]
        pub height: i64,
    }
}

impl Node<Context> for CropImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let (width, height) = (dimension("width", self.width)?, dimension("height", self.height)?);
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        context.save_image(paste::crop(&image, self.x, self.y, width, height).map_err(failed)?)
    }
}
