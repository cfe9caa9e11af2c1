//! A picture's lightness sharpened.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::sharpen;

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Sharpens the lightness of an image, as Oklab measures it, with an unsharp mask.
    #[node(
        kind = "unsharp_mask_oklab", class = "OklabUnsharpMaskInvocation", title = "Unsharp Mask (Oklab)",
        tags = ["image", "unsharp_mask", "oklab"], category = "image", version = "1.0.0", board = true,
        metadata = true
    )]
    pub struct OklabUnsharpMask -> ImageOutput {
        /// The image to sharpen
        pub image: ImageField,
        /// Radius of the mask
        #[field(default = 2.0, gt = 0)]
        pub radius: f64,
        /// Strength in percent
        #[field(default = 50.0, ge = 0)]
        pub strength: f64,
    }
}

impl Node<Context> for OklabUnsharpMask {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(sharpen::unsharp_lightness(image, self.radius as f32, self.strength))
    }
}
