//! Transparency as a mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::ImagingError;
use invoke_imaging::channels;

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Takes the alpha channel of an image as a mask.
    #[node(
        kind = "tomask", class = "MaskFromAlphaInvocation", title = "Mask from Alpha", tags = ["image", "mask"],
        category = "mask", version = "1.2.2", board = true, metadata = true
    )]
    pub struct MaskFromAlpha -> ImageOutput {
        /// The image to take it from
        pub image: ImageField,
        /// Whether to swap black and white
        #[field(default = false)]
        pub invert: bool,
    }
}

impl Node<Context> for MaskFromAlpha {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let last = image.mode().channels() - 1;
        let mask = channels::channel(&image, last).ok_or(ImagingError::DifferentShapes).map_err(failed)?;
        context.save_mask(if self.invert { channels::invert(mask) } else { mask })
    }
}
