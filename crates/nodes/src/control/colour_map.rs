//! Colours as a control image.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, warp};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Makes a map of an image's colours in squares.
    #[node(
        kind = "color_map", class = "ColorMapInvocation", title = "Color Map", tags = ["controlnet"],
        category = "controlnet_preprocessors", version = "1.0.0", board = true, metadata = true
    )]
    pub struct ColorMap -> ImageOutput {
        /// The image to look at
        pub image: ImageField,
        /// Side of a square in pixels
        #[field(default = 64, ge = 1)]
        pub tile_size: i64,
    }
}

impl Node<Context> for ColorMap {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let (width, height) = (image.width(), image.height());
        let count = |side: u32| side / u32::try_from(self.tile_size).unwrap_or(u32::MAX).clamp(1, side);
        let small = warp::cubic(&image, count(width), count(height)).map_err(failed)?;
        context.save_image(warp::nearest(&small, width, height).map_err(failed)?)
    }
}
