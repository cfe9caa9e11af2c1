//! A generated part pasted back.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{canvas_mask, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, side};
use crate::outputs::ImageOutput;

node! {
    /// Pastes an image onto another one where a mask is black, with a soft edge.
    #[node(
        kind = "canvas_paste_back", class = "CanvasPasteBackInvocation", title = "Canvas Paste Back",
        tags = ["image", "combine"], category = "canvas", version = "1.0.1", board = true, metadata = true
    )]
    pub struct CanvasPasteBack -> ImageOutput {
        /// The image to paste onto
        pub source_image: ImageField,
        /// The image to paste
        pub target_image: ImageField,
        /// Where to paste: black is pasted, white is not
        pub mask: ImageField,
        /// How far the edge is softened
        #[field(default = 0, ge = 0)]
        pub mask_blur: i64,
    }
}

impl Node<Context> for CanvasPasteBack {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mut image = context.load_image(&self.source_image)?;
        let top = context.load_image(&self.target_image)?;
        let mask = context.load_image(&self.mask)?;
        let mask = canvas_mask::for_pasting(&mask, side("mask_blur", self.mask_blur)?).map_err(failed)?;
        paste::paste_masked(&mut image, &top, 0, 0, &mask).map_err(failed)?;
        context.save_image(image)
    }
}
