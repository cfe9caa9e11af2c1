//! A generated part masked.

use invoke_graph::{Classification, NULL, Node, NodeError, node};
use invoke_imaging::{canvas_mask, channels, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, side};
use crate::outputs::ImageOutput;

node! {
    /// Pastes a generated image onto another one where a mask is black, or makes the rest of it transparent.
    #[node(
        kind = "canvas_v2_mask_and_crop", class = "CanvasV2MaskAndCropInvocation", title = "Canvas V2 Mask and Crop",
        tags = ["image", "mask", "id"], category = "canvas", version = "1.0.0",
        classification = Classification::Deprecated, board = true, metadata = true
    )]
    pub struct CanvasMaskAndCrop -> ImageOutput {
        /// The image to paste onto; without it the generated image becomes transparent
        #[field(default = NULL)]
        pub source_image: Option<ImageField>,
        /// The image to mask
        pub generated_image: ImageField,
        /// Where to paste: black is pasted, white is not
        pub mask: ImageField,
        /// How far the edge is softened
        #[field(default = 0, ge = 0)]
        pub mask_blur: i64,
    }
}

impl Node<Context> for CanvasMaskAndCrop {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let generated = context.load_image(&self.generated_image)?;
        let mask = context.load_image(&self.mask)?;
        let mask = canvas_mask::for_pasting(&mask, side("mask_blur", self.mask_blur)?).map_err(failed)?;
        let Some(source) = &self.source_image else {
            return context.save_image(channels::with_alpha(generated, &mask).map_err(failed)?);
        };
        let mut image = context.load_image(source)?;
        paste::paste_masked(&mut image, &generated, 0, 0, &mask).map_err(failed)?;
        context.save_image(image)
    }
}
