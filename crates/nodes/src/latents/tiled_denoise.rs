//! Noise to latents of a large picture, tile by tile.

use invoke_engine::Tensor;
use invoke_engine::sampling::sd::{DenoiseRequest, Guidance, LATENT_SCALE};
use invoke_engine::sampling::tiles::{self, Tile};
use invoke_engine::weights::SeamlessAxes;
use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, Rule, Test, node};
use invoke_imaging::tiles::{Size, min_overlap};

use crate::Context;
use crate::conditioning::controls;
use crate::fields::{ConditioningField, ControlField, LatentsField, UNetField};
use crate::latents::denoise::SchedulerName;
use crate::latents::denoising::{Beginning, Network, check_guidance, prompts, watched};
use crate::latents::saved;
use crate::outputs::LatentsOutput;

node! {
    /// Denoises a picture in overlapping tiles that are blended after each step, so that its size does not matter. It is meant for refining an enlarged picture.
    #[node(
        kind = "tiled_multi_diffusion_denoise_latents", class = "TiledMultiDiffusionDenoiseLatents",
        title = "Tiled Multi-Diffusion Denoise - SD1.5, SDXL", tags = ["upscale", "denoise"], category = "latents",
        version = "1.0.1",
        rules = [Rule::at("cfg_scale", [("cfg_scale", Test::Below(1.0))], "cfg_scale must be greater than 1")]
    )]
    pub struct TiledDenoiseLatents -> LatentsOutput {
        /// What should be in the picture
        #[field(input = InputKind::Connection)]
        pub positive_conditioning: ConditioningField,
        /// What should not be in the picture
        #[field(input = InputKind::Connection)]
        pub negative_conditioning: ConditioningField,
        /// Noise to start from
        #[field(default = NULL, input = InputKind::Connection)]
        pub noise: Option<LatentsField>,
        /// Latents to start from
        #[field(default = NULL, input = InputKind::Connection)]
        pub latents: Option<LatentsField>,
        /// Height of a tile in pixels
        #[field(default = 1024, gt = 0, multiple_of = 8)]
        pub tile_height: i64,
        /// Width of a tile in pixels
        #[field(default = 1024, gt = 0, multiple_of = 8)]
        pub tile_width: i64,
        /// How far neighbours overlap at least, in pixels
        #[field(default = 32, gt = 0, multiple_of = 8)]
        pub tile_overlap: i64,
        /// Number of steps to run
        #[field(default = 18, gt = 0)]
        pub steps: i64,
        /// How strongly the prompts count
        #[field(default = 6.0, title = "CFG Scale")]
        pub cfg_scale: OneOrMany<f64>,
        /// Where to enter, 0 for noise and 1 for the picture
        #[field(default = 0.0, ge = 0, le = 1)]
        pub denoising_start: f64,
        /// Where to leave
        #[field(default = 1.0, ge = 0, le = 1)]
        pub denoising_end: f64,
        /// The way to take the noise away
        #[field(default = "euler", ui_type = "SchedulerField")]
        pub scheduler: SchedulerName,
        /// Denoising network
        #[field(title = "UNet", input = InputKind::Connection)]
        pub unet: UNetField,
        /// How much of the contrast lost to strong guidance is taken back
        #[field(default = 0, ge = 0, lt = 1, title = "CFG Rescale Multiplier")]
        pub cfg_rescale_multiplier: f64,
        /// ControlNets to apply
        #[field(default = NULL, input = InputKind::Connection)]
        pub control: Option<OneOrMany<ControlField>>,
    }
}

impl TiledDenoiseLatents {
    /// The tiles of latents of this height and width.
    fn tiles(&self, (height, width): (i64, i64)) -> Result<Vec<Tile>, NodeError> {
        let tile = Size { width: self.tile_width / LATENT_SCALE, height: self.tile_height / LATENT_SCALE };
        let tiles = min_overlap(Size { width, height }, tile, self.tile_overlap / LATENT_SCALE);
        let tiles = tiles.map_err(crate::image::failed)?.into_iter().map(|tile| Tile {
            top: tile.coords.top,
            left: tile.coords.left,
            height: tile.coords.bottom - tile.coords.top,
            width: tile.coords.right - tile.coords.left,
            over_top: tile.overlap.top,
            over_bottom: tile.overlap.bottom,
            over_left: tile.overlap.left,
            over_right: tile.overlap.right,
        });
        Ok(tiles.collect())
    }

    /// The denoised latents, in memory.
    fn denoised(self, context: &Context) -> Result<Tensor, NodeError> {
        check_guidance(&self.cfg_scale)?;
        // Seamless edges and FreeU are not for tiles, in the reference neither.
        let network = Network::load(context, &self.unet, SeamlessAxes::default())?;
        let Beginning { noise, latents, seed, sides } = Beginning::of(context, &self.noise, &self.latents)?;
        let tiles = self.tiles(sides)?;
        let contributions = controls(context, self.control.clone(), sides)?;
        let positive = prompts(context, std::slice::from_ref(&self.positive_conditioning), sides)?;
        let negative = prompts(context, std::slice::from_ref(&self.negative_conditioning), sides)?;
        let request = DenoiseRequest {
            noise,
            latents,
            seed,
            positive: positive.prompt(),
            negative: negative.prompt(),
            guidance: match self.cfg_scale {
                OneOrMany::One(scale) => Guidance::Constant(scale),
                OneOrMany::Many(scales) => Guidance::PerStep(scales),
            },
            guidance_rescale: self.cfg_rescale_multiplier,
            scheduler: self.scheduler.as_str(),
            scheduler_config: &network.scheduler_config,
            steps: usize::try_from(self.steps).unwrap_or(0),
            denoising_start: self.denoising_start,
            denoising_end: self.denoising_end,
            inpaint: None,
            freeu: None,
            contributions,
        };
        watched(context, &network, &mut |on_step| tiles::denoise(&network.unet, &request, &tiles, on_step))
    }
}

impl Node<Context> for TiledDenoiseLatents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let latents = self.denoised(context)?;
        saved(context, latents, None)
    }
}
