//! A picture scaled.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::resize;

use crate::Context;
use crate::fields::ImageField;
use crate::image::resize::Resample;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Scales an image by a factor.
    #[node(
        kind = "img_scale", class = "ImageScaleInvocation", title = "Scale Image", tags = ["image", "scale"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct ScaleImage -> ImageOutput {
        /// The image to scale
        pub image: ImageField,
        /// The factor
        #[field(default = 2.0, gt = 0)]
        pub scale_factor: f64,
        /// How it is resampled
        #[field(default = "bicubic")]
        pub resample_mode: Resample,
    }
}

impl Node<Context> for ScaleImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let scaled = |side: u32| (f64::from(side) * self.scale_factor) as i64;
        let (width, height) =
            (dimension("width", scaled(image.width()))?, dimension("height", scaled(image.height()))?);
        context.save_image(resize(&image, width, height, self.resample_mode.into()).map_err(failed)?)
    }
}
