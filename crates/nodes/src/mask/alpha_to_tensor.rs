//! Opacity as a tensor mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{ImagingError, Mode, channels};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::mask::keep;
use crate::outputs::MaskOutput;

node! {
    /// Makes a tensor mask of what is not wholly transparent in an image.
    #[node(
        kind = "alpha_mask_to_tensor", class = "AlphaMaskToTensorInvocation", title = "Alpha Mask to Tensor",
        tags = ["conditioning"], category = "mask", version = "1.0.0"
    )]
    pub struct AlphaToTensor -> MaskOutput {
        /// The image
        pub image: ImageField,
        /// Whether to take what is wholly transparent
        #[field(default = false)]
        pub invert: bool,
    }
}

impl Node<Context> for AlphaToTensor {
    fn run(self, context: &mut Context) -> Result<MaskOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let alpha = channels::alpha(&image).ok_or(ImagingError::DifferentShapes).map_err(failed)?;
        let (invert, white) = (self.invert, |set: bool| if set { 255 } else { 0 });
        keep(context, &channels::map_samples(alpha, |sample| white((sample > 0) != invert)))
    }
}
