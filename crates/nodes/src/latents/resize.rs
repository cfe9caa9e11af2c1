//! Latents of another size.

use invoke_engine::sampling::{latents::resize, sd::LATENT_SCALE};
use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::LatentsField;
use crate::image::dimension;
use crate::latents::{Interpolation, saved};
use crate::outputs::LatentsOutput;

node! {
    /// Resizes latents to those of a picture of this size.
    #[node(
        kind = "lresize", class = "ResizeLatentsInvocation", title = "Resize Latents", tags = ["latents", "resize"],
        category = "latents", version = "1.0.2"
    )]
    pub struct ResizeLatents -> LatentsOutput {
        /// Latents
        #[field(input = InputKind::Connection)]
        pub latents: LatentsField,
        /// Width of the picture in pixels
        #[field(ge = 64, multiple_of = 8)]
        pub width: i64,
        /// Height of the picture in pixels
        #[field(ge = 64, multiple_of = 8)]
        pub height: i64,
        /// How new values are computed from old ones
        #[field(default = "bilinear")]
        pub mode: Interpolation,
        /// Smooth before shrinking, for `bilinear` and `bicubic`
        #[field(default = false)]
        pub antialias: bool,
    }
}

impl Node<Context> for ResizeLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let side = |name, value| Ok::<_, NodeError>(i64::from(dimension(name, value)?) / LATENT_SCALE);
        let (width, height) = (side("width", self.width)?, side("height", self.height)?);
        let latents = context.tensor(&self.latents.latents_name)?;
        let resized = resize(latents, (height, width), self.mode.kernel(self.antialias)?).map_err(engine_failed)?;
        saved(context, resized, self.latents.seed)
    }
}
