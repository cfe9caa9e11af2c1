//! The size a model draws best.

use invoke_graph::{Node, NodeError, node, output};

use crate::Context;
use crate::fields::UNetField;
use crate::latents::ideal_sides;

output! {
    /// A size in pixels
    #[output(kind = "ideal_size_output")]
    pub struct IdealSizeOutput {
        /// The width to draw at
        pub width: i64,
        /// The height to draw at
        pub height: i64,
    }
}

node! {
    /// The size near what the model was trained on, in the proportions of the picture that is wanted: drawn larger at once, a motif tends to come twice.
    #[node(
        kind = "ideal_size", class = "IdealSizeInvocation", title = "Ideal Size - SD1.5, SDXL",
        tags = ["latents", "math", "ideal_size"], category = "latents", version = "1.0.6"
    )]
    pub struct IdealSize -> IdealSizeOutput {
        /// Width of the picture that is wanted
        #[field(default = 1024)]
        pub width: i64,
        /// Height of the picture that is wanted
        #[field(default = 576)]
        pub height: i64,
        /// Denoising network
        pub unet: UNetField,
        /// Factor for the sides the model was trained on; large ones bring the doubling back
        #[field(default = 1.0)]
        pub multiplier: f64,
    }
}

impl Node<Context> for IdealSize {
    fn run(self, context: &mut Context) -> Result<IdealSizeOutput, NodeError> {
        let record = context.host().model(&self.unet.unet.key)?.record;
        let side = match record.base() {
            "sd-1" => 512.0,
            "sd-2" => 768.0,
            "sdxl" | "flux" | "flux2" | "sd-3" => 1024.0,
            other => return Err(NodeError::value(format!("Unsupported model type: {other}"))),
        };
        let (width, height) = ideal_sides(self.width, self.height, side * self.multiplier)?;
        Ok(IdealSizeOutput { width, height })
    }
}
