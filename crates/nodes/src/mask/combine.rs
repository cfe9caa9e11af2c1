//! Two masks in one.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, blending};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Combines two masks by multiplying them: black stays black.
    #[node(
        kind = "mask_combine", class = "MaskCombineInvocation", title = "Combine Masks",
        tags = ["image", "mask", "multiply"], category = "mask", version = "1.2.2", board = true, metadata = true
    )]
    pub struct CombineMasks -> ImageOutput {
        /// The first mask
        pub mask1: ImageField,
        /// The second mask
        pub mask2: ImageField,
    }
}

impl Node<Context> for CombineMasks {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let first = context.load_image_as(&self.mask1, Mode::L)?;
        let second = context.load_image_as(&self.mask2, Mode::L)?;
        context.save_mask(blending::multiply(&first, &second).map_err(failed)?)
    }
}
