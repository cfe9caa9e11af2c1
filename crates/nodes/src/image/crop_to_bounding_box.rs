//! A picture cut to a box.

use invoke_graph::{NULL, Node, NodeError, node};
use invoke_imaging::paste;

use crate::Context;
use crate::fields::{BoundingBoxField, ImageField};
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Cuts an image to a box, or to what is not transparent.
    #[node(
        kind = "crop_image_to_bounding_box", class = "CropImageToBoundingBoxInvocation",
        title = "Crop Image to Bounding Box", tags = ["image", "crop"], category = "image", version = "1.0.0",
        board = true, metadata = true
    )]
    pub struct CropToBoundingBox -> ImageOutput {
        /// The image to cut
        pub image: ImageField,
        /// The box; without it what is not transparent
        #[field(default = NULL)]
        pub bounding_box: Option<BoundingBoxField>,
    }
}

impl Node<Context> for CropToBoundingBox {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let (left, top, right, bottom) = match (self.bounding_box, paste::visible_bounds(&image)) {
            (Some(given), _) => (given.x_min, given.y_min, given.x_max, given.y_max),
            (None, Some(seen)) => (seen.left.into(), seen.top.into(), seen.right.into(), seen.bottom.into()),
            (None, None) => (0, 0, image.width().into(), image.height().into()),
        };
        let width = dimension("width", right.saturating_sub(left))?;
        let height = dimension("height", bottom.saturating_sub(top))?;
        context.save_image(paste::crop(&image, left, top, width, height).map_err(failed)?)
    }
}
