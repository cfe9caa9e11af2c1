//! The levels of the UNet: down to small images, through the middle, up again.
//!
//! Reference: diffusers 0.40.0, `models/unets/unet_2d_blocks.py`, `CrossAttnDownBlock2D`, `DownBlock2D`,
//! `UNetMidBlock2DCrossAttn`, `CrossAttnUpBlock2D`, `UpBlock2D`.

use tch::Tensor;

use super::UnetConfig;
use super::transformer::{Transformer2d, TransformerConfig};
use crate::Result;
use crate::layers::{Downsample2d, Padding, ResnetBlock2d, ResnetConfig, Upsample2d};
use crate::weights::Weights;

/// What every transformer attends to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cross<'a> {
    /// `(b, tokens, dim)`
    pub(super) embeddings: &'a Tensor,
    /// Added to the scores, `(b, 1, 1, tokens)`.
    pub(super) bias: Option<&'a Tensor>,
}

impl UnetConfig {
    fn resnet(&self, inputs: i64, outputs: i64) -> ResnetConfig {
        let (groups, eps) = (self.norm_num_groups, self.norm_eps);
        ResnetConfig { inputs, outputs, time_dim: Some(self.time_embed_dim()), groups, eps }
    }

    fn transformer(&self, block: usize) -> TransformerConfig {
        TransformerConfig {
            channels: self.block_out_channels[block],
            heads: self.attention_head_dim.at(block),
            layers: self.transformer_layers_per_block.at(block),
            context_dim: self.cross_attention_dim.at(block),
            groups: self.norm_num_groups,
            linear_projection: self.use_linear_projection,
        }
    }

    fn layers(&self, block: usize) -> usize {
        usize::try_from(self.layers_per_block.at(block)).unwrap_or_default()
    }
}

#[derive(Debug)]
pub(super) struct DownBlock {
    resnets: Vec<ResnetBlock2d>,
    attentions: Vec<Transformer2d>,
    downsampler: Option<Downsample2d>,
}

impl DownBlock {
    pub(super) fn new(w: &Weights, config: &UnetConfig, block: usize) -> Result<Self> {
        let channels = &config.block_out_channels;
        let (inputs, outputs) = (channels[block.saturating_sub(1)], channels[block]);
        let mut resnets = Vec::new();
        let mut attentions = Vec::new();
        for i in 0..config.layers(block) {
            let inputs = if i == 0 { inputs } else { outputs };
            resnets.push(ResnetBlock2d::new(&(w / "resnets" / i), config.resnet(inputs, outputs))?);
            if config.down_has_attention(block) {
                attentions.push(Transformer2d::new(&(w / "attentions" / i), config.transformer(block))?);
            }
        }
        let is_last = block == channels.len() - 1;
        let downsampler =
            if is_last { None } else { Some(Downsample2d::new(&(w / "downsamplers" / 0), outputs, Padding::Around)?) };
        Ok(Self { resnets, attentions, downsampler })
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h / 2, w / 2)`; what each layer makes is pushed onto `skips`.
    pub(super) fn forward(
        &self,
        mut x: Tensor,
        time: &Tensor,
        cross: Cross<'_>,
        skips: &mut Vec<Tensor>,
    ) -> Result<Tensor> {
        for (i, resnet) in self.resnets.iter().enumerate() {
            x = resnet.forward(&x, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, cross)?;
            }
            skips.push(x.shallow_clone());
        }
        if let Some(downsampler) = &self.downsampler {
            x = downsampler.forward(&x)?;
            skips.push(x.shallow_clone());
        }
        Ok(x)
    }
}

#[derive(Debug)]
pub(super) struct MidBlock {
    first: ResnetBlock2d,
    attention: Transformer2d,
    second: ResnetBlock2d,
}

impl MidBlock {
    pub(super) fn new(w: &Weights, config: &UnetConfig, channels: i64) -> Result<Self> {
        let resnet = |i: usize| ResnetBlock2d::new(&(w / "resnets" / i), config.resnet(channels, channels));
        let last = config.block_out_channels.len() - 1;
        Ok(Self {
            first: resnet(0)?,
            attention: Transformer2d::new(&(w / "attentions" / 0), config.transformer(last))?,
            second: resnet(1)?,
        })
    }

    /// `(b, c, h, w)` to the same shape
    pub(super) fn forward(&self, x: &Tensor, time: &Tensor, cross: Cross<'_>) -> Result<Tensor> {
        let x = self.first.forward(x, Some(time))?;
        let x = self.attention.forward(&x, cross)?;
        self.second.forward(&x, Some(time))
    }
}

#[derive(Debug)]
pub(super) struct UpBlock {
    resnets: Vec<ResnetBlock2d>,
    attentions: Vec<Transformer2d>,
    upsampler: Option<Upsample2d>,
}

impl UpBlock {
    /// `block` counts from the narrowest image to the widest, opposite to the configuration's lists.
    pub(super) fn new(w: &Weights, config: &UnetConfig, block: usize) -> Result<Self> {
        let channels = &config.block_out_channels;
        let last = channels.len() - 1;
        let level = last - block;
        let outputs = channels[level];
        let previous = channels[(level + 1).min(last)];
        let next = channels[level.saturating_sub(1)];
        let layers = config.layers(level) + 1;
        let mut resnets = Vec::new();
        let mut attentions = Vec::new();
        for i in 0..layers {
            let skip = if i == layers - 1 { next } else { outputs };
            let inputs = if i == 0 { previous } else { outputs };
            resnets.push(ResnetBlock2d::new(&(w / "resnets" / i), config.resnet(inputs + skip, outputs))?);
            if config.up_has_attention(block) {
                attentions.push(Transformer2d::new(&(w / "attentions" / i), config.transformer(level))?);
            }
        }
        let upsampler = if level == 0 { None } else { Some(Upsample2d::new(&(w / "upsamplers" / 0), outputs)?) };
        Ok(Self { resnets, attentions, upsampler })
    }

    /// How many skips it takes.
    pub(super) fn layers(&self) -> usize {
        self.resnets.len()
    }

    /// `(b, previous, h, w)` to `(b, outputs, h * 2, w * 2)`, or to the given size; takes its skips from the end.
    pub(super) fn forward(
        &self,
        mut x: Tensor,
        time: &Tensor,
        cross: Cross<'_>,
        skips: Vec<Tensor>,
        size: Option<(i64, i64)>,
    ) -> Result<Tensor> {
        for (i, (resnet, skip)) in self.resnets.iter().zip(skips.into_iter().rev()).enumerate() {
            x = resnet.forward(&Tensor::f_cat(&[x, skip], 1)?, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, cross)?;
            }
        }
        match &self.upsampler {
            Some(upsampler) => upsampler.forward(&x, size),
            None => Ok(x),
        }
    }
}
