//! A picture's hues turned.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, channels, colour};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

node! {
    /// Turns the hues of an image.
    #[node(
        kind = "img_hue_adjust", class = "ImageHueAdjustmentInvocation", title = "Adjust Image Hue",
        tags = ["image", "hue"], category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct AdjustHue -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Degrees to turn by, 0 to 360
        #[field(default = 0)]
        pub hue: i64,
    }
}

impl Node<Context> for AdjustHue {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let turn = (256.0 * (self.hue.rem_euclid(360) as f64 / 360.0)) as u8;
        let turned = channels::map_colours(image, |rgb| {
            let [hue, saturation, value] = colour::hsv_from_rgb(rgb);
            colour::rgb_from_hsv([hue.wrapping_add(turn), saturation, value])
        });
        context.save_image(turned.convert(Mode::Rgba))
    }
}
