//! A part of latents.

use invoke_engine::sampling::{latents::crop, sd::LATENT_SCALE};
use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::LatentsField;
use crate::latents::saved;
use crate::outputs::LatentsOutput;

node! {
    /// Cuts the latents of a rectangle of the picture out. Its place and size are multiples of 8 pixels.
    #[node(
        kind = "crop_latents", class = "CropLatentsCoreInvocation", title = "Crop Latents", tags = ["latents", "crop"],
        category = "latents", version = "1.0.2"
    )]
    pub struct CropLatents -> LatentsOutput {
        /// Latents
        #[field(input = InputKind::Connection)]
        pub latents: LatentsField,
        /// Left edge of the rectangle in pixels
        #[field(ge = 0, multiple_of = 8)]
        pub x: i64,
        /// Top edge of the rectangle in pixels
        #[field(ge = 0, multiple_of = 8)]
        pub y: i64,
        /// Width of the rectangle in pixels
        #[field(ge = 1, multiple_of = 8)]
        pub width: i64,
        /// Height of the rectangle in pixels
        #[field(ge = 1, multiple_of = 8)]
        pub height: i64,
    }
}

impl Node<Context> for CropLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let latents = context.tensor(&self.latents.latents_name)?;
        let [x, y, width, height] = [self.x, self.y, self.width, self.height].map(|pixels| pixels / LATENT_SCALE);
        let cropped = crop(latents, (y, x), (height, width)).map_err(engine_failed)?;
        saved(context, cropped, None)
    }
}
