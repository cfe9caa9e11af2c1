//! Latents larger or smaller.

use invoke_engine::sampling::{latents::scale, sd::LATENT_SCALE};
use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::LatentsField;
use crate::image::dimension;
use crate::latents::{Interpolation, saved, sides};
use crate::outputs::LatentsOutput;

node! {
    /// Resizes latents by a factor.
    #[node(
        kind = "lscale", class = "ScaleLatentsInvocation", title = "Scale Latents", tags = ["latents", "resize"],
        category = "latents", version = "1.0.2"
    )]
    pub struct ScaleLatents -> LatentsOutput {
        /// Latents
        #[field(input = InputKind::Connection)]
        pub latents: LatentsField,
        /// Factor for both sides
        #[field(gt = 0)]
        pub scale_factor: f64,
        /// How new values are computed from old ones
        #[field(default = "bilinear")]
        pub mode: Interpolation,
        /// Smooth before shrinking, for `bilinear` and `bicubic`
        #[field(default = false)]
        pub antialias: bool,
    }
}

impl Node<Context> for ScaleLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let latents = context.tensor(&self.latents.latents_name)?;
        let (height, width) = sides(&latents.size())?;
        for (name, side) in [("width", width), ("height", height)] {
            dimension(name, (side as f64 * self.scale_factor) as i64 * LATENT_SCALE)?;
        }
        let scaled = scale(latents, self.scale_factor, self.mode.kernel(self.antialias)?).map_err(engine_failed)?;
        saved(context, scaled, self.latents.seed)
    }
}
