//! A tensor mask inverted.

use invoke_engine::Kind;
use invoke_graph::{Node, NodeError, node};
use invoke_imaging::channels;

use crate::Context;
use crate::fields::TensorField;
use crate::mask::{binary, keep};
use crate::outputs::MaskOutput;

node! {
    /// Inverts a tensor mask.
    #[node(
        kind = "invert_tensor_mask", class = "InvertTensorMaskInvocation", title = "Invert Tensor Mask",
        tags = ["conditioning"], category = "mask", version = "1.1.0"
    )]
    pub struct InvertTensorMask -> MaskOutput {
        /// The tensor mask
        pub mask: TensorField,
    }
}

impl Node<Context> for InvertTensorMask {
    fn run(self, context: &mut Context) -> Result<MaskOutput, NodeError> {
        let tensor = context.tensor(&self.mask.tensor_name)?;
        if tensor.kind() != Kind::Bool {
            return Err(NodeError::new("AssertionError", "the tensor is no mask of true and false"));
        }
        let mask = binary(tensor)?;
        keep(context, &channels::invert(mask))
    }
}
