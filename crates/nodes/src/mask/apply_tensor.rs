//! A tensor mask as transparency.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{ImagingError, Mode, channels};

use crate::Context;
use crate::fields::{ImageField, TensorField};
use crate::image::failed;
use crate::mask::binary;
use crate::outputs::ImageOutput;

node! {
    /// Makes an image transparent where a tensor mask is not set; what was transparent stays so.
    #[node(
        kind = "apply_tensor_mask_to_image", class = "ApplyMaskTensorToImageInvocation",
        title = "Apply Tensor Mask to Image", tags = ["mask"], category = "mask", version = "1.0.0", board = true,
        metadata = true
    )]
    pub struct ApplyTensorMask -> ImageOutput {
        /// The tensor mask
        pub mask: TensorField,
        /// The image
        pub image: ImageField,
        /// Whether to invert the mask
        #[field(default = false)]
        pub invert: bool,
    }
}

impl Node<Context> for ApplyTensorMask {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let mask = binary(context.tensor(&self.mask.tensor_name)?)?;
        let mut mask = if self.invert { channels::invert(mask) } else { mask };
        let alpha = channels::alpha(&image).ok_or(ImagingError::DifferentShapes).map_err(failed)?;
        if (mask.width(), mask.height()) != (image.width(), image.height()) {
            return Err(failed(ImagingError::DifferentShapes));
        }
        for (sample, alpha) in mask.data_mut().iter_mut().zip(alpha.data()) {
            if *alpha == 0 {
                *sample = 0;
            }
        }
        context.save_image(channels::with_alpha(image, &mask).map_err(failed)?)
    }
}
