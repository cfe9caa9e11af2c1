//! One channel of a picture.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::{Mode, channels};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

choices! {
    /// A channel.
    pub enum Channel {
        A = "A",
        R = "R",
        G = "G",
        B = "B",
    }
}

node! {
    /// Takes one channel of an image as a grey image.
    #[node(
        kind = "img_chan", class = "ImageChannelInvocation", title = "Extract Image Channel",
        tags = ["image", "channel"], category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct ImageChannel -> ImageOutput {
        /// The image to take it from
        pub image: ImageField,
        /// The channel
        #[field(default = "A")]
        pub channel: Channel,
    }
}

impl Node<Context> for ImageChannel {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let index = match (image.mode(), self.channel) {
            (Mode::L, _) => None,
            (_, Channel::R) => Some(0),
            (_, Channel::G) => Some(1),
            (_, Channel::B) => Some(2),
            (_, Channel::A) => Some(3),
        };
        let channel = index.and_then(|index| channels::channel(&image, index));
        context.save_image(channel.ok_or_else(|| {
            NodeError::value(format!("an image of mode {} has no channel {:?}", image.mode(), self.channel))
        })?)
    }
}
