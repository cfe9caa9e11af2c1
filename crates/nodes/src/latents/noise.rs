//! The noise a picture starts from.

use invoke_engine::sampling::sd;
use invoke_graph::{Node, NodeError, choices, node};

use crate::Context;
use crate::failure::{engine_failed, not_yet};
use crate::fields::LatentsField;
use crate::outputs::NoiseOutput;

choices! {
    /// The architecture the noise is for: their latents differ in channels and scale.
    pub enum NoiseType {
        Sd = "SD",
        Flux = "FLUX",
        Flux2 = "FLUX.2",
        Sd3 = "SD3",
        CogView4 = "CogView4",
        ZImage = "Z-Image",
        Anima = "Anima",
    }
}

node! {
    /// Generates latent noise for supported denoiser architectures.
    #[node(
        kind = "noise", class = "NoiseInvocation", title = "Create Latent Noise", tags = ["latents", "noise"],
        category = "latents", version = "1.1.0"
    )]
    pub struct Noise -> NoiseOutput {
        /// Architecture-specific noise type.
        #[field(default = "SD")]
        pub noise_type: NoiseType,
        /// Seed for random number generation
        #[field(default = 0, ge = 0, le = 4294967295u32)]
        pub seed: i64,
        /// Width of output (px)
        #[field(default = 512, gt = 0, multiple_of = 8)]
        pub width: i64,
        /// Height of output (px)
        #[field(default = 512, gt = 0, multiple_of = 8)]
        pub height: i64,
        /// Use CPU for noise generation (for reproducible results across platforms)
        #[field(default = true)]
        pub use_cpu: bool,
    }
}

impl Node<Context> for Noise {
    fn run(self, context: &mut Context) -> Result<NoiseOutput, NodeError> {
        if self.noise_type != NoiseType::Sd {
            return Err(not_yet("noise for other architectures than Stable Diffusion (`noise_type`)"));
        }
        // Any whole number is a seed; the page's range is 32 bits.
        let seed = self.seed.rem_euclid(1 << 32);
        let noise = sd::noise(seed as u64, self.width, self.height, context.latents_kind()).map_err(engine_failed)?;
        let noise = LatentsField { latents_name: context.save_tensor(noise), seed: Some(seed) };
        Ok(NoiseOutput { noise, width: self.width, height: self.height })
    }
}
