//! A picture's hues turned in Oklch.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{channels, oklab};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Turns the hues of an image in Oklch, where lightness stays.
    #[node(
        kind = "img_hue_adjust_oklch", class = "OklchImageHueAdjustmentInvocation",
        title = "Adjust Image Hue (Oklch)", tags = ["image", "hue", "oklch"], category = "image", version = "1.0.0",
        board = true, metadata = true
    )]
    pub struct AdjustHueOklch -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Degrees to turn by, 0 to 360
        #[field(default = 0)]
        pub hue: i64,
    }
}

impl Node<Context> for AdjustHueOklch {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let mode = image.mode();
        let turned = channels::map_colours(image, |rgb| {
            let linear = oklab::linear_from_srgb(oklab::from_bytes(rgb));
            let [lightness, chroma, hue] = oklab::oklch_from_oklab(oklab::oklab_from_linear(linear));
            let turned = [lightness, chroma, (hue + self.hue as f32).rem_euclid(360.0)];
            let linear = oklab::linear_from_oklab(oklab::oklab_from_oklch(turned));
            oklab::to_bytes(oklab::srgb_from_linear(linear))
        });
        context.save_image(turned.convert(mode))
    }
}
