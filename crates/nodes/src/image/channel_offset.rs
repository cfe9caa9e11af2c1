//! A channel moved.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::image::colour_channel::ColorChannel;
use crate::outputs::ImageOutput;

node! {
    /// Adds a number to one channel of an image, in any of several colour spaces.
    #[node(
        kind = "img_channel_offset", class = "ImageChannelOffsetInvocation", title = "Offset Image Channel",
        tags = ["image", "offset", "red", "green", "blue", "alpha", "cyan", "magenta", "yellow", "black", "hue", "saturation", "luminosity", "value"],
        category = "image", version = "1.2.3", board = true, metadata = true
    )]
    pub struct OffsetChannel -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// The channel
        pub channel: ColorChannel,
        /// What is added
        #[field(default = 0, ge = -255, le = 255)]
        pub offset: i64,
    }
}

impl Node<Context> for OffsetChannel {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let hue = self.channel == ColorChannel::Hue;
        let change = |sample: u8| {
            let sum = i64::from(sample) + self.offset;
            if hue { sum.rem_euclid(256) as u8 } else { sum.clamp(0, 255) as u8 }
        };
        let image = context.load_image(&self.image)?;
        context.save_image(self.channel.change(image, change))
    }
}
