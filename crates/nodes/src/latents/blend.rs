//! Two latents in one.

use invoke_engine::sampling::latents::blend;
use invoke_graph::{InputKind, NULL, Node, NodeError, node};
use invoke_imaging::Mode;

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ImageField, LatentsField};
use crate::latents::{mask_grid, saved};
use crate::outputs::LatentsOutput;

node! {
    /// Blends two latents of one size on the arc between them. Where the mask is white, the second counts as the first.
    #[node(
        kind = "lblend", class = "BlendLatentsInvocation", title = "Blend Latents", tags = ["latents", "blend", "mask"],
        category = "latents", version = "1.1.0"
    )]
    pub struct BlendLatents -> LatentsOutput {
        /// First latents
        #[field(input = InputKind::Connection)]
        pub latents_a: LatentsField,
        /// Second latents
        #[field(input = InputKind::Connection)]
        pub latents_b: LatentsField,
        /// White keeps the first latents
        #[field(default = NULL)]
        pub mask: Option<ImageField>,
        /// Share of the second latents: 0 gives the first, 1 the second
        #[field(default = 0.5, ge = 0)]
        pub alpha: f64,
    }
}

impl Node<Context> for BlendLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let mask = self.mask.map(|mask| context.load_image(&mask)).transpose()?;
        let mask = mask.map(|mask| mask_grid(mask.convert(Mode::L))).transpose()?;
        let first = context.tensor(&self.latents_a.latents_name)?;
        let second = context.tensor(&self.latents_b.latents_name)?;
        if first.size() != second.size() {
            return Err(NodeError::value("Latents to blend must be the same size."));
        }
        let blended = blend(first, second, mask.as_ref(), self.alpha).map_err(engine_failed)?;
        saved(context, blended, None)
    }
}
