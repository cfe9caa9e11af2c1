//! A copy of a UNet's way down that reads a picture beside the latents: ControlNet for Stable Diffusion 1, 2 and XL.
//!
//! Paper: <https://arxiv.org/abs/2302.05543>. Reference: diffusers 0.40.0, `models/controlnets/controlnet.py`, and InvokeAI
//! 6.14.2, `backend/util/hotfixes.py`, which lets it know the padding of prompts.

use std::path::Path;

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::checkpoint;
use super::unet::blocks::{Cross, DownBlock, MidBlock, padding_bias};
use super::unet::time::TimeInput;
use super::unet::{Context, Residuals, UnetConfig};
use crate::device::Device;
use crate::layers::{Conv2d, channels_last};
use crate::weights::Weights;
use crate::{EngineError, Result, json};

/// Of the strength of the last layer, as a power of ten, what the first has where the prompt is to count more.
const SOFTEST: f64 = -1.0;

/// `config.json` of a ControlNet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ControlNetConfig {
    /// The UNet it is a part of.
    #[serde(flatten)]
    pub unet: UnetConfig,
    /// Channels of the pictures it reads.
    #[serde(default = "colours")]
    pub conditioning_channels: i64,
    /// Channels while a picture shrinks to the size of latents.
    #[serde(default = "embedding_channels")]
    pub conditioning_embedding_out_channels: Vec<i64>,
    /// `rgb`, or `bgr` where it was trained with red and blue swapped.
    #[serde(default)]
    pub controlnet_conditioning_channel_order: ChannelOrder,
    /// Whether each layer says one thing for all of the picture.
    #[serde(default)]
    pub global_pool_conditions: bool,
}

/// The order of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelOrder {
    /// Red first.
    #[default]
    Rgb,
    /// Blue first.
    Bgr,
}

fn colours() -> i64 {
    3
}

fn embedding_channels() -> Vec<i64> {
    vec![16, 32, 96, 256]
}

/// A loaded ControlNet.
#[derive(Debug)]
pub struct ControlNet {
    config: ControlNetConfig,
    conv_in: Conv2d,
    time: TimeInput,
    cond_in: Conv2d,
    cond_blocks: Vec<Conv2d>,
    cond_out: Conv2d,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    zero_down: Vec<Conv2d>,
    zero_mid: Conv2d,
    weights: Weights,
    bytes: u64,
}

impl ControlNet {
    /// Loads `config.json` and the weights from a ControlNet's folder, or a ControlNet that is one file.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        let (file, config): (_, ControlNetConfig) = match folder.is_file() {
            true => (folder.to_owned(), checkpoint::controlnet(folder)?),
            false => (folder.join("config.json"), json::read(&folder.join("config.json"))?),
        };
        Self::new(&Weights::open(folder, device, kind)?, config).map_err(|error| match error {
            EngineError::Setting(reason) => EngineError::Config { file, reason },
            other => other,
        })
    }

    /// Builds the network of a configuration.
    pub fn new(w: &Weights, mut config: ControlNetConfig) -> Result<Self> {
        // It has no way up; one that mirrors the way down satisfies the checks.
        config.unet.up_block_types = UnetConfig::default().up_block_types;
        config.unet.up_block_types.resize(config.unet.block_out_channels.len(), "UpBlock2D".to_owned());
        config.unet.check().map_err(EngineError::Setting)?;
        let (cond, channels) = (&config.conditioning_embedding_out_channels, config.unet.block_out_channels.clone());
        let ([cond_first, .., cond_last], [first, .., last]) = (&cond[..], &channels[..]) else {
            return Err(EngineError::Setting("a ControlNet has at least two levels of each kind".to_owned()));
        };
        let embedding = w / "controlnet_cond_embedding";
        let cond_blocks = (0..cond.len() - 1).flat_map(|i| {
            let block = |n: usize| &embedding / "blocks" / n;
            let same = Conv2d::new(&block(2 * i), cond[i], cond[i], 3);
            [same, Conv2d::strided(&block(2 * i + 1), cond[i], cond[i + 1], 3, 2, 1)]
        });
        let zero = |name: Weights, channels| Conv2d::new(&name, channels, channels, 1);
        let zero_down = skip_channels(&config.unet).into_iter().enumerate();
        let mut controlnet = Self {
            conv_in: Conv2d::new(&(w / "conv_in"), config.unet.in_channels, *first, 3)?,
            time: TimeInput::new(w, &config.unet)?,
            cond_in: Conv2d::new(&(&embedding / "conv_in"), config.conditioning_channels, *cond_first, 3)?,
            cond_blocks: cond_blocks.collect::<Result<_>>()?,
            cond_out: Conv2d::new(&(&embedding / "conv_out"), *cond_last, *first, 3)?,
            down_blocks: (0..channels.len())
                .map(|i| DownBlock::new(&(w / "down_blocks" / i), &config.unet, i))
                .collect::<Result<_>>()?,
            mid_block: MidBlock::new(&(w / "mid_block"), &config.unet, *last)?,
            zero_down: zero_down
                .map(|(i, channels)| zero(w / "controlnet_down_blocks" / i, channels))
                .collect::<Result<_>>()?,
            zero_mid: zero(w / "controlnet_mid_block", *last)?,
            weights: w.clone(),
            bytes: 0,
            config,
        };
        controlnet.bytes = w.loaded_bytes();
        Ok(controlnet)
    }

    /// What it was built from.
    pub fn config(&self) -> &ControlNetConfig {
        &self.config
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Where it computes, and in which precision.
    pub(crate) fn to_own(&self, tensor: &Tensor) -> Result<Tensor> {
        Ok(tensor.f_to_device(self.weights.device().into())?.f_to_kind(self.weights.kind())?)
    }

    /// What it adds to a UNet's skips and middle for `sample (b, in_channels, h, w)` at `timestep`, told the prompts, for
    /// `picture (b or 1, 3, 8 h, 8 w)` between 0 and 1; all of it times `scale`. `soft` lets the wider layers count less, down
    /// to a tenth.
    pub fn forward(
        &self,
        sample: &Tensor,
        timestep: f64,
        context: Context<'_>,
        picture: &Tensor,
        scale: f64,
        soft: bool,
    ) -> Result<Residuals> {
        let padding = context.mask.map(|mask| padding_bias(mask, sample.kind())).transpose()?;
        let cross = Cross::new(Context { regions: None, extra_attention: None, ..context }, padding.as_ref());
        let time = self.time.forward(sample, timestep, context.added)?;
        let mut x = self.conv_in.forward(&channels_last(sample)?)?.f_add(&self.embed(picture)?)?;
        let mut skips = vec![x.shallow_clone()];
        for block in &self.down_blocks {
            x = block.forward(x, &time, cross, None, &mut skips)?;
        }
        x = self.mid_block.forward(&x, &time, cross)?;

        let pooled = self.config.global_pool_conditions;
        let count = skips.len();
        let said = |conv: &Conv2d, x: &Tensor, layer: usize| -> Result<Tensor> {
            let share = if soft && !pooled { 10f64.powf(SOFTEST * (1.0 - layer as f64 / count as f64)) } else { 1.0 };
            let said = conv.forward(x)?.f_mul_scalar(share * scale)?;
            if pooled { Ok(said.f_mean_dim([2i64, 3].as_slice(), true, said.kind())?) } else { Ok(said) }
        };
        let down = self.zero_down.iter().zip(&skips).enumerate().map(|(i, (conv, skip))| said(conv, skip, i));
        Ok(Residuals { down: down.collect::<Result<_>>()?, mid: said(&self.zero_mid, &x, count)? })
    }

    /// A picture in the size of latents.
    fn embed(&self, picture: &Tensor) -> Result<Tensor> {
        let swapped = self.config.controlnet_conditioning_channel_order == ChannelOrder::Bgr;
        let picture = if swapped { picture.f_flip([1])? } else { picture.shallow_clone() };
        let mut x = self.cond_in.forward(&channels_last(&picture)?)?.f_silu_()?;
        for block in &self.cond_blocks {
            x = block.forward(&x)?.f_silu_()?;
        }
        self.cond_out.forward(&x)
    }
}

/// The channels of every skip of a UNet of this configuration.
fn skip_channels(config: &UnetConfig) -> Vec<i64> {
    let channels = &config.block_out_channels;
    let mut skips = vec![channels[0]];
    for (i, channels_of_level) in channels.iter().enumerate() {
        let halved = usize::from(i + 1 < channels.len());
        let layers = usize::try_from(config.layers_per_block.at(i)).unwrap_or_default();
        skips.extend(std::iter::repeat_n(*channels_of_level, layers + halved));
    }
    skips
}
