//! The network that predicts the noise in latents, told the time and the prompt: Stable Diffusion 1 and 2.
//!
//! Papers: <https://arxiv.org/abs/1505.04597>, <https://arxiv.org/abs/2112.10752>.
//! Reference: diffusers 0.40.0, `models/unets/unet_2d_condition.py`, `UNet2DConditionModel`.

mod blocks;
mod config;
mod transformer;

use std::path::Path;

use tch::{Kind, Tensor};

use crate::device::Device;
use crate::layers::{Conv2d, GroupNorm, TimestepEmbedding, timestep_embedding};
use crate::patches::Patches;
use crate::weights::Weights;
use crate::{EngineError, Result, json};

use blocks::{DownBlock, MidBlock, UpBlock};
pub use config::{PerBlock, UnetConfig};

/// Added to the scores of tokens that are only padding, so that they get no attention.
const MASKED: f64 = -10_000.0;

/// A loaded UNet.
#[derive(Debug)]
pub struct Unet {
    config: UnetConfig,
    conv_in: Conv2d,
    time_embedding: TimestepEmbedding,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
    weights: Weights,
    bytes: u64,
}

/// What a UNet is told besides the time.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The prompts' embeddings, `(b, tokens, cross_attention_dim)`.
    pub embeddings: &'a Tensor,
    /// 1 for a token and 0 for padding, `(b, tokens)`; none where every token counts.
    pub mask: Option<&'a Tensor>,
}

impl Unet {
    /// Loads `config.json` and the weights from a model's `unet` folder.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        let file = folder.join("config.json");
        let config: UnetConfig = json::read(&file)?;
        config.check().map_err(|reason| EngineError::Config { file, reason })?;
        Self::new(&Weights::open(folder, device, kind)?, config)
    }

    fn new(w: &Weights, config: UnetConfig) -> Result<Self> {
        let channels = config.block_out_channels.clone();
        let (first, time_dim) = (channels[0], config.time_embed_dim());
        let last = channels[channels.len() - 1];
        let down_blocks =
            (0..channels.len()).map(|i| DownBlock::new(&(w / "down_blocks" / i), &config, i)).collect::<Result<_>>()?;
        let up_blocks =
            (0..channels.len()).map(|i| UpBlock::new(&(w / "up_blocks" / i), &config, i)).collect::<Result<_>>()?;
        let mut unet = Self {
            conv_in: Conv2d::new(&(w / "conv_in"), config.in_channels, first, 3)?,
            time_embedding: TimestepEmbedding::new(&(w / "time_embedding"), first, time_dim)?,
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
        Ok(unet)
    }

    /// The same network with what these patches add; it shares what they leave as it is.
    pub fn patched(&self, patches: Patches) -> Result<Self> {
        Self::new(&self.weights.patched(patches), self.config.clone())
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

    /// The predicted noise (or velocity) in `sample (b, in_channels, h, w)` at `timestep`, `(b, out_channels, h, w)`.
    pub fn forward(&self, sample: &Tensor, timestep: f64, context: Context<'_>) -> Result<Tensor> {
        let (batch, height, width) = self.check(sample, context)?;
        let bias = context.mask.map(|mask| attention_bias(mask, sample.kind())).transpose()?;
        let cross = blocks::Cross { embeddings: context.embeddings, bias: bias.as_ref() };

        let timesteps = Tensor::f_full([batch], timestep, (Kind::Float, sample.device()))?; // (b)
        let first = self.config.block_out_channels[0];
        let sines = timestep_embedding(&timesteps, first, self.config.flip_sin_to_cos, self.config.freq_shift)?;
        let time = self.time_embedding.forward(&sines.f_to_kind(sample.kind())?)?; // (b, time_dim)

        let mut x = self.conv_in.forward(sample)?;
        let mut skips = vec![x.shallow_clone()];
        for block in &self.down_blocks {
            x = block.forward(x, &time, cross, &mut skips)?;
        }
        x = self.mid_block.forward(&x, &time, cross)?;

        // A size that does not halve evenly at every level is restored from the skips on the way up.
        let factor = 1 << (self.up_blocks.len() - 1);
        let uneven = height % factor != 0 || width % factor != 0;
        for block in &self.up_blocks {
            let own = skips.split_off(skips.len().saturating_sub(block.layers()));
            let size = match skips.last() {
                Some(next) if uneven => next.size4().map(|(_, _, height, width)| Some((height, width)))?,
                _ => None,
            };
            x = block.forward(x, &time, cross, own, size)?;
        }
        self.conv_out.forward(&self.conv_norm_out.forward(&x)?.f_silu()?)
    }

    fn check(&self, sample: &Tensor, context: Context<'_>) -> Result<(i64, i64, i64)> {
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
        Ok((batch, height, width))
    }
}

fn wrong(what: &'static str, expected: String, got: &Tensor) -> EngineError {
    EngineError::Input { what, expected, got: got.size() }
}

/// `(b, tokens)` of ones and zeros to `(b, 1, 1, tokens)` of zeros and large negative numbers.
fn attention_bias(mask: &Tensor, kind: Kind) -> Result<Tensor> {
    let padding = mask.f_to_kind(kind)?.f_neg()?.f_add_scalar(1.0)?;
    Ok(padding.f_mul_scalar(MASKED)?.f_unsqueeze(1)?.f_unsqueeze(1)?)
}
