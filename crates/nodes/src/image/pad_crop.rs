//! A picture with its sides moved.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Moves the sides of an image: outwards, where it becomes transparent, or inwards.
    #[node(
        kind = "img_pad_crop", class = "CenterPadCropInvocation", title = "Center Pad or Crop Image",
        tags = ["image", "pad", "crop"], category = "image", version = "1.0.0"
    )]
    pub struct PadOrCropImage -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Pixels to add at the left; negative to cut off
        #[field(default = 0)]
        pub left: i64,
        /// Pixels to add at the right; negative to cut off
        #[field(default = 0)]
        pub right: i64,
        /// Pixels to add at the top; negative to cut off
        #[field(default = 0)]
        pub top: i64,
        /// Pixels to add at the bottom; negative to cut off
        #[field(default = 0)]
        pub bottom: i64,
    }
}

impl Node<Context> for PadOrCropImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let sum = |own: u32, before: i64, after: i64| i64::from(own).saturating_add(before).saturating_add(after);
        let width = dimension("width", sum(image.width(), self.left, self.right))?;
        let height = dimension("height", sum(image.height(), self.top, self.bottom))?;
        let (x, y) = (self.left.saturating_neg(), self.top.saturating_neg());
        context.save_image(paste::crop(&image, x, y, width, height).map_err(failed)?)
    }
}
