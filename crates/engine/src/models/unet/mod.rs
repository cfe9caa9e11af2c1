//! The network that predicts the noise in latents, told the time and the prompt: Stable Diffusion 1, 2 and XL, the refiner of
//! XL, and their kinds for inpainting.
//!
//! [`Context`] is everything a call can be told. What a configuration says of `upcast_attention` and `time_cond_proj_dim` is
//! ignored, as the reference's attention and denoising do.
//!
//! Papers: <https://arxiv.org/abs/1505.04597>, <https://arxiv.org/abs/2112.10752>.
//! Reference: diffusers 0.40.0, `models/unets/unet_2d_condition.py`, `UNet2DConditionModel`.

pub(crate) mod blocks;
mod config;
mod context;
mod freeu;
mod hidiffusion;
pub(crate) mod time;
mod transformer;

use std::path::Path;

use tch::{Kind, Tensor};

use super::checkpoint;
use crate::device::Device;
use crate::layers::{Conv2d, GroupNorm, channels_last};
use crate::patches::Patches;
use crate::weights::Weights;
use crate::{EngineError, Result};

use blocks::{Cross, DownBlock, MidBlock, UpBlock, padding_bias};
pub use config::{FlagPerBlock, PerBlock, TransformerLayers, UnetConfig};
pub use context::{Added, Context, CrossLayer, ExtraAttention, Regions, Residuals};
pub use freeu::FreeU;
pub use hidiffusion::{HiDiffusion, HiDiffusionSettings, HiDiffusionStep};
use time::TimeInput;

/// A loaded UNet.
#[derive(Debug)]
pub struct Unet {
    config: UnetConfig,
    conv_in: Conv2d,
    time: TimeInput,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
    weights: Weights,
    bytes: u64,
}

impl Unet {
    /// Loads `config.json` and the weights from a model's `unet` folder.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        Self::load_from(folder, &Weights::open(folder, device, kind)?)
    }

    /// Loads `config.json` from a model's `unet` folder, and builds the network it describes from these weights.
    pub fn load_from(folder: &Path, weights: &Weights) -> Result<Self> {
        let file = folder.join("config.json");
        let config: UnetConfig = checkpoint::read(folder, "config.json")?;
        config.check().map_err(|reason| EngineError::Config { file, reason })?;
        Self::new(weights, config)
    }

    /// Builds the network of a configuration that passed its [`check`](UnetConfig::check).
    pub fn new(w: &Weights, config: UnetConfig) -> Result<Self> {
        let channels = config.block_out_channels.clone();
        let (first, last) = (channels[0], channels[channels.len() - 1]);
        let down_blocks =
            (0..channels.len()).map(|i| DownBlock::new(&(w / "down_blocks" / i), &config, i)).collect::<Result<_>>()?;
        let up_blocks =
            (0..channels.len()).map(|i| UpBlock::new(&(w / "up_blocks" / i), &config, i)).collect::<Result<_>>()?;
        let mut unet = Self {
            conv_in: Conv2d::new(&(w / "conv_in"), config.in_channels, first, 3)?,
            time: TimeInput::new(w, &config)?,
            down_blocks,
            mid_block: MidBlock::new(&(w / "mid_block"), &config, last)?,
            up_blocks,
            conv_norm_out: GroupNorm::new(&(w / "conv_norm_out"), config.norm_num_groups, first, config.norm_eps)?,
            conv_out: Conv2d::new(&(w / "conv_out"), first, config.out_channels, 3)?,
            weights: w.clone(),
            bytes: 0,
            config,
        };
        unet.bytes = w.loaded_bytes();
        for (index, layer) in unet.cross_layers_mut().enumerate() {
            layer.index = index;
        }
        Ok(unet)
    }

    /// The same network with what these patches add; it shares what they leave as it is.
    pub fn patched(&self, patches: Patches) -> Result<Self> {
        Self::new(&self.weights.patched(patches), self.config.clone())
    }

    /// Every attention to the prompt, in the order of [`CrossLayer::index`].
    fn cross_layers_mut(&mut self) -> impl Iterator<Item = &mut CrossLayer> {
        let down = self.down_blocks.iter_mut().flat_map(DownBlock::cross_layers);
        let up = self.up_blocks.iter_mut().flat_map(UpBlock::cross_layers);
        down.chain(up).chain(self.mid_block.cross_layers())
    }

    /// The configuration it was built from.
    pub fn config(&self) -> &UnetConfig {
        &self.config
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        self.weights.device()
    }

    /// The precision it computes in.
    pub fn kind(&self) -> Kind {
        self.weights.kind()
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The predicted noise (or velocity) in `sample (b, in_channels, h, w)` at `timestep`, `(b, out_channels, h, w)`.
    pub fn forward(&self, sample: &Tensor, timestep: f64, context: Context<'_>) -> Result<Tensor> {
        let (height, width) = self.check(sample, context)?;
        let padding = context.mask.map(|mask| padding_bias(mask, sample.kind())).transpose()?;
        let time = self.time.forward(sample, timestep, context.added)?; // (b, time_dim)
        let plan = context.hidiffusion.map(|step| step.plan(&self.config, (height, width))).transpose()?;
        let cross = Cross::new(context, padding.as_ref()).planned(plan.as_ref());

        let mut x = self.conv_in.forward(&channels_last(sample)?)?;
        let mut skips = vec![x.shallow_clone()];
        for (i, block) in self.down_blocks.iter().enumerate() {
            x = block.forward(x, &time, cross, context.features.get(i), &mut skips)?;
        }
        x = self.mid_block.forward(&x, &time, cross)?;
        if let Some(feature) = context.features.get(self.down_blocks.len()).filter(|feature| feature.size() == x.size())
        {
            x = x.f_add(feature)?;
        }
        if let Some(control) = context.control {
            let add = |x: &Tensor, own: &Tensor| match plan {
                Some(_) if x.size()[2..] != own.size()[2..] => {
                    let (_, _, height, width) = x.size4()?;
                    Ok(x.f_add(&hidiffusion::resized(own, (height, width))?)?)
                }
                _ => Ok(x.f_add(own)?),
            };
            skips = skips.iter().zip(&control.down).map(|(skip, own)| add(skip, own)).collect::<Result<_>>()?;
            x = add(&x, &control.mid)?;
        }

        // A size that does not halve evenly at every level is restored from the skips on the way up.
        let factor = 1 << (self.up_blocks.len() - 1);
        let uneven = plan.is_some() || height % factor != 0 || width % factor != 0;
        for block in &self.up_blocks {
            let own = skips.split_off(skips.len().saturating_sub(block.layers()));
            let size = match skips.last() {
                Some(next) if uneven => next.size4().map(|(_, _, height, width)| Some((height, width)))?,
                _ => None,
            };
            x = block.forward(x, &time, cross, own, size, context.freeu)?;
        }
        Ok(self.conv_out.forward(&self.conv_norm_out.forward(&x)?.f_silu_()?)?.f_contiguous()?)
    }

    /// How many skips there are: what [`Residuals::down`] must have.
    fn skips(&self) -> usize {
        self.up_blocks.iter().map(UpBlock::layers).sum()
    }

    fn check(&self, sample: &Tensor, context: Context<'_>) -> Result<(i64, i64)> {
        let channels = self.config.in_channels;
        let (batch, height, width) = match sample.size()[..] {
            [batch, got, height, width] if got == channels => (batch, height, width),
            _ => return Err(wrong("sample", format!("(b, {channels}, h, w)"), sample)),
        };
        let dim = self.config.cross_attention_dim.at(0);
        match context.embeddings.size()[..] {
            [b, _, got] if b == batch && got == dim => {}
            _ => return Err(wrong("context", format!("({batch}, tokens, {dim})"), context.embeddings)),
        }
        if let Some(control) = context.control
            && control.down.len() != self.skips()
        {
            let (got, expected) = (control.down.len(), self.skips());
            return Err(EngineError::Setting(format!(
                "a ControlNet for {got} skips does not fit a UNet of {expected}"
            )));
        }
        Ok((height, width))
    }
}

fn wrong(what: &'static str, expected: String, got: &Tensor) -> EngineError {
    EngineError::Input { what, expected, got: got.size() }
}
