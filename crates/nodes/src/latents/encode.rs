//! A picture to latents.

use invoke_engine::Tensor;
use invoke_graph::{InputKind, Node, NodeError, choices, node};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ImageField, VAEField};
use crate::latents::{Tiling, encoded, picture_tensor, saved};
use crate::outputs::LatentsOutput;

choices! {
    /// Whether colours are shifted against the drift of encoding and decoding.
    pub enum Compensation {
        None = "None",
        Sdxl = "SDXL",
    }
}

/// What colours of -1 to 1 are multiplied by and added to them for SDXL's autoencoder.
const SDXL_COLOURS: (f64, f64) = (1.015, -0.002);

node! {
    /// Encodes an image into latents.
    #[node(
        kind = "i2l", class = "ImageToLatentsInvocation", title = "Image to Latents - SD1.5, SDXL",
        tags = ["latents", "image", "vae", "i2l"], category = "latents", version = "1.2.0"
    )]
    pub struct ImageToLatents -> LatentsOutput {
        /// The image to encode
        pub image: ImageField,
        /// VAE
        #[field(input = InputKind::Connection)]
        pub vae: VAEField,
        /// Processing using overlapping tiles (reduce memory consumption)
        #[field(default = false)]
        pub tiled: bool,
        /// The tile size for VAE tiling in pixels (image space). If set to 0, the default tile size for the model will be used. Larger tile sizes generally produce better results at the cost of higher memory usage.
        #[field(default = 0, multiple_of = 8)]
        pub tile_size: i64,
        /// Whether or not to use full float32 precision
        #[field(default = false)]
        pub fp32: bool,
        /// Apply VAE scaling compensation when encoding images (reduces color drift).
        #[field(default = "None")]
        pub color_compensation: Compensation,
    }
}

impl Node<Context> for ImageToLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let mut picture = picture_tensor(context, &self.image)?;
        let record = context.host().model(&self.vae.vae.key)?.record;
        if self.color_compensation == Compensation::Sdxl && record.base() == "sdxl" {
            picture = compensated(&picture).map_err(engine_failed)?;
        }
        let tiling = Tiling { tiled: self.tiled, pixels: self.tile_size };
        let latents = encoded(context, &self.vae, self.fp32, tiling, &picture)?;
        saved(context, latents, None)
    }
}

fn compensated(picture: &Tensor) -> invoke_engine::Result<Tensor> {
    let (scale, shift) = SDXL_COLOURS;
    Ok(picture.f_mul_scalar(scale)?.f_add_scalar(shift)?)
}
