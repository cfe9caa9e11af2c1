//! A mask image as a tensor mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, channels};

use crate::Context;
use crate::fields::ImageField;
use crate::mask::keep;
use crate::outputs::MaskOutput;

node! {
    /// Makes a tensor mask of the dark parts of an image.
    #[node(
        kind = "image_mask_to_tensor", class = "ImageMaskToTensorInvocation", title = "Image Mask to Tensor",
        tags = ["conditioning"], category = "mask", version = "1.0.0", metadata = true
    )]
    pub struct ImageToTensor -> MaskOutput {
        /// The mask image
        pub image: ImageField,
        /// Samples below are in the mask
        #[field(default = 128, ge = 0, le = 255)]
        pub cutoff: i64,
        /// Whether to take the light parts
        #[field(default = false)]
        pub invert: bool,
    }
}

impl Node<Context> for ImageToTensor {
    fn run(self, context: &mut Context) -> Result<MaskOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::L)?;
        let (cutoff, invert) = (self.cutoff, self.invert);
        let white = |set: bool| if set { 255 } else { 0 };
        keep(context, &channels::map_samples(image, |sample| white((i64::from(sample) < cutoff) != invert)))
    }
}
