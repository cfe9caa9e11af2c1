//! A channel scaled.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::image::colour_channel::ColorChannel;
use crate::outputs::ImageOutput;

node! {
    /// Scales one channel of an image, in any of several colour spaces.
    #[node(
        kind = "img_channel_multiply", class = "ImageChannelMultiplyInvocation", title = "Multiply Image Channel",
        tags = ["image", "invert", "scale", "multiply", "red", "green", "blue", "alpha", "cyan", "magenta", "yellow", "black", "hue", "saturation", "luminosity", "value"],
        category = "image", version = "1.2.3", board = true, metadata = true
    )]
    pub struct MultiplyChannel -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// The channel
        pub channel: ColorChannel,
        /// The factor
        #[field(default = 1.0, ge = 0.0)]
        pub scale: f64,
        /// Whether to invert the channel afterwards
        #[field(default = false)]
        pub invert_channel: bool,
    }
}

impl Node<Context> for MultiplyChannel {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let change = |sample: u8| {
            let scaled = (f64::from(sample) * self.scale).clamp(0.0, 255.0);
            (if self.invert_channel { 255.0 - scaled } else { scaled }) as u8
        };
        let image = context.load_image(&self.image)?;
        context.save_image(self.channel.change(image, change))
    }
}
