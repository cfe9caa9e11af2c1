//! Latents to a picture.

use invoke_engine::sampling::image;
use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::fields::{LatentsField, VAEField};
use crate::image::pixels;
use crate::latents::{Tiling, with_vae};
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
        let latents = context.tensor(&self.latents.latents_name)?.shallow_clone();
        let tiling = Tiling { tiled: self.tiled, pixels: self.tile_size };
        let picture = with_vae(context, &self.vae, self.fp32, |vae| {
            context.progress("Running VAE decoder");
            image::decode(vae, &latents, tiling.tiles(context, vae))
        })?;
        context.save_image(pixels(picture)?)
    }
}
