//! A mask as transparency.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, channels};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Makes an image transparent where a mask is black.
    #[node(
        kind = "apply_mask_to_image", class = "ApplyMaskToImageInvocation", title = "Apply Mask to Image",
        tags = ["image", "mask", "blend"], category = "mask", version = "1.0.0", board = true, metadata = true
    )]
    pub struct ApplyMask -> ImageOutput {
        /// The image
        pub image: ImageField,
        /// The mask; it becomes the alpha channel
        pub mask: ImageField,
        /// Whether to swap black and white of the mask
        #[field(default = false)]
        pub invert_mask: bool,
    }
}

impl Node<Context> for ApplyMask {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let mask = context.load_image_as(&self.mask, Mode::L)?;
        let mask = if self.invert_mask { channels::invert(mask) } else { mask };
        context.save_image(channels::with_alpha(image, &mask).map_err(failed)?)
    }
}
