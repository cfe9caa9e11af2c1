//! A picture's content moved about.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, shuffle};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed, side};
use crate::outputs::ImageOutput;

node! {
    /// Moves the content of an image about like paint in a liquid, differently each time.
    #[node(
        kind = "content_shuffle", class = "ContentShuffleInvocation", title = "Content Shuffle",
        tags = ["controlnet", "normal"], category = "controlnet_preprocessors", version = "1.0.0", board = true,
        metadata = true
    )]
    pub struct ShuffleContent -> ImageOutput {
        /// The image to look at
        pub image: ImageField,
        /// How far apart the movements are
        #[field(default = 256, ge = 0)]
        pub scale_factor: i64,
    }
}

impl Node<Context> for ShuffleContent {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let scale = side("scale_factor", self.scale_factor)?;
        if scale == 0 {
            return Err(NodeError::new("ZeroDivisionError", "`scale_factor` must not be 0"));
        }
        dimension("scale_factor", i64::from(image.width().max(image.height())) + 2 * i64::from(scale))?;
        let scale = scale as usize;
        let (columns, rows) = shuffle::noise_size(&image, scale);
        let noise = || -> Vec<f64> { (0..columns * rows).map(|_| unit(context.random_u128())).collect() };
        let shuffled = shuffle::shuffle(&image, scale, &noise(), &noise()).map_err(failed)?;
        context.save_image(shuffled)
    }
}

/// From 0 up to, not including, 1.
fn unit(bits: u128) -> f64 {
    ((bits as u64) >> 11) as f64 / (1u64 << 53) as f64
}
