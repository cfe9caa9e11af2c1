//! A mask grown with a soft edge.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, fade};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{sample, side};
use crate::outputs::ImageOutput;

node! {
    /// Grows the black area of a mask with a smooth passage to white.
    #[node(
        kind = "expand_mask_with_fade", class = "ExpandMaskWithFadeInvocation", title = "Expand Mask with Fade",
        tags = ["image", "mask"], category = "mask", version = "1.0.1", board = true, metadata = true
    )]
    pub struct ExpandMaskWithFade -> ImageOutput {
        /// The mask; black is grown
        pub mask: ImageField,
        /// The lightest sample that counts as black
        #[field(default = 0, ge = 0, le = 255)]
        pub threshold: i64,
        /// Width of the passage in pixels
        #[field(default = 32, ge = 0)]
        pub fade_size_px: i64,
    }
}

impl Node<Context> for ExpandMaskWithFade {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mask = context.load_image_as(&self.mask, Mode::L)?;
        let (threshold, size) = (sample("threshold", self.threshold)?, side("fade_size_px", self.fade_size_px)?);
        context.save_mask(if size == 0 { mask } else { fade::fade_out(&mask, threshold, size) })
    }
}
