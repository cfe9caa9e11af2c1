//! A tensor mask as an image.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::TensorField;
use crate::mask::binary;
use crate::outputs::ImageOutput;

node! {
    /// Makes an image of a tensor mask: white where it is set.
    #[node(
        kind = "tensor_mask_to_image", class = "MaskTensorToImageInvocation", title = "Tensor Mask to Image",
        tags = ["mask"], category = "mask", version = "1.1.0", board = true, metadata = true
    )]
    pub struct TensorToImage -> ImageOutput {
        /// The tensor mask
        pub mask: TensorField,
    }
}

impl Node<Context> for TensorToImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mask = binary(context.tensor(&self.mask.tensor_name)?)?;
        context.save_image(mask)
    }
}
