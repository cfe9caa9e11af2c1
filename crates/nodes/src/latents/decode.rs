//! Latents to a picture.

use invoke_engine::Kind;
use invoke_engine::models::vae::Vae;
use invoke_engine::sampling::image;
use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::failure::{engine_failed, not_yet};
use crate::fields::{LatentsField, VAEField};
use crate::image::pixels;
use crate::outputs::ImageOutput;

node! {
    /// Generates an image from latents.
    #[node(
        kind = "l2i", class = "LatentsToImageInvocation", title = "Latents to Image - SD1.5, SDXL",
        tags = ["latents", "image", "vae", "l2i"], category = "latents", version = "1.3.2", board = true,
        metadata = true
    )]
    pub struct LatentsToImage -> ImageOutput {
        /// Latents tensor
        #[field(input = InputKind::Connection)]
        pub latents: LatentsField,
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
    }
}

impl Node<Context> for LatentsToImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        if self.tiled || self.tile_size > 0 {
            return Err(not_yet("decoding in tiles (`tiled`, `tile_size`)"));
        }
        if !self.vae.seamless_axes.is_empty() {
            return Err(not_yet("seamless tiling (`vae.seamless_axes`)"));
        }
        let latents = context.tensor(&self.latents.latents_name)?.shallow_clone();
        let device = context.services().device;
        let kind = if self.fp32 { Kind::Float } else { context.kind() };
        let vae = context.load_model(&self.vae.vae, |folder| Vae::load(folder, device, kind))?;
        context.progress("Running VAE decoder");
        let picture = image::decode(&vae, &latents).map_err(engine_failed)?;
        context.save_image(pixels(picture)?)
    }
}
