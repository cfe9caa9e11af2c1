//! The levels of the UNet: down to small images, through the middle, up again.
//!
//! Reference: diffusers 0.40.0, `models/unets/unet_2d_blocks.py`, `CrossAttnDownBlock2D`, `DownBlock2D`,
//! `UNetMidBlock2DCrossAttn`, `CrossAttnUpBlock2D`, `UpBlock2D`.

use tch::{Kind, Tensor};

use super::hidiffusion::{Plan, Windows};
use super::transformer::{Transformer2d, TransformerConfig};
use super::{Context, CrossLayer, ExtraAttention, FreeU, Regions, UnetConfig};
use crate::Result;
use crate::layers::{Downsample2d, Padding, ResnetBlock2d, ResnetConfig, Upsample2d};
use crate::weights::Weights;

/// Added to the scores of tokens that are only padding, so that they get no attention.
const MASKED: f64 = -10_000.0;

/// What every transformer attends to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cross<'a> {
    /// `(b, tokens, dim)`
    pub(super) embeddings: &'a Tensor,
    /// Added to the scores, `(b, 1, 1, tokens)`.
    padding: Option<&'a Tensor>,
    regions: Option<&'a Regions>,
    pub(super) extra: Option<&'a dyn ExtraAttention>,
    pub(super) windows: Option<Windows<'a>>,
    plan: Option<&'a Plan<'a>>,
}

impl<'a> Cross<'a> {
    /// What `context` says; `padding` is the bias that [`padding_bias`] made of its mask.
    pub(crate) fn new(context: Context<'a>, padding: Option<&'a Tensor>) -> Self {
        let Context { embeddings, regions, extra_attention: extra, .. } = context;
        Self { embeddings, padding, regions, extra, windows: None, plan: None }
    }

    /// The same, with what HiDiffusion changes in this call.
    pub(super) fn planned(self, plan: Option<&'a Plan<'a>>) -> Self {
        Self { plan, ..self }
    }

    /// The same, for a level in which pixels attend to windows, if any.
    fn within(self, windows: impl FnOnce(&'a Plan<'a>) -> Option<Windows<'a>>) -> Self {
        Self { windows: self.plan.and_then(windows), ..self }
    }

    /// What is added to the scores of an image of that many pixels, broadcasts to `(b, heads, pixels, tokens)`.
    pub(super) fn bias(&self, pixels: i64) -> Result<Option<Tensor>> {
        let regions = self.regions.map(|regions| regions.bias(pixels, self.embeddings.kind())).transpose()?;
        Ok(match (regions, self.padding) {
            (Some(regions), Some(padding)) => Some(regions.f_add(padding)?),
            (regions, padding) => regions.or(padding.map(Tensor::shallow_clone)),
        })
    }
}

/// `(b, tokens)` of ones and zeros to `(b, 1, 1, tokens)` of zeros and large negative numbers.
pub(crate) fn padding_bias(mask: &Tensor, kind: Kind) -> Result<Tensor> {
    let padding = mask.f_to_kind(kind)?.f_neg()?.f_add_scalar(1.0)?;
    Ok(padding.f_mul_scalar(MASKED)?.f_unsqueeze(1)?.f_unsqueeze(1)?)
}

impl UnetConfig {
    fn resnet(&self, inputs: i64, outputs: i64) -> ResnetConfig {
        let (groups, eps) = (self.norm_num_groups, self.norm_eps);
        ResnetConfig { inputs, outputs, time_dim: Some(self.time_embed_dim()), groups, eps }
    }

    /// A transformer of the level `block`, counted from the widest image, of so many layers.
    fn transformer(&self, block: usize, layers: i64, only_cross_attention: bool) -> TransformerConfig {
        TransformerConfig {
            channels: self.block_out_channels[block],
            heads: self.attention_head_dim.at(block),
            layers,
            context_dim: self.cross_attention_dim.at(block),
            groups: self.norm_num_groups,
            linear_projection: self.use_linear_projection,
            only_cross_attention,
        }
    }

    fn layers(&self, block: usize) -> usize {
        usize::try_from(self.layers_per_block.at(block)).unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct DownBlock {
    level: usize,
    resnets: Vec<ResnetBlock2d>,
    attentions: Vec<Transformer2d>,
    downsampler: Option<Downsample2d>,
}

impl DownBlock {
    pub(crate) fn new(w: &Weights, config: &UnetConfig, block: usize) -> Result<Self> {
        let channels = &config.block_out_channels;
        let (inputs, outputs) = (channels[block.saturating_sub(1)], channels[block]);
        let mut resnets = Vec::new();
        let mut attentions = Vec::new();
        for i in 0..config.layers(block) {
            let inputs = if i == 0 { inputs } else { outputs };
            resnets.push(ResnetBlock2d::new(&(w / "resnets" / i), config.resnet(inputs, outputs))?);
            if config.down_has_attention(block) {
                let layers = config.transformer_layers_per_block.at(block, i);
                let transformer = config.transformer(block, layers, config.only_cross_attention.at(block));
                attentions.push(Transformer2d::new(&(w / "attentions" / i), transformer)?);
            }
        }
        let is_last = block == channels.len() - 1;
        let downsampler =
            if is_last { None } else { Some(Downsample2d::new(&(w / "downsamplers" / 0), outputs, Padding::Around)?) };
        Ok(Self { level: block, resnets, attentions, downsampler })
    }

    pub(super) fn cross_layers(&mut self) -> impl Iterator<Item = &mut CrossLayer> {
        self.attentions.iter_mut().flat_map(Transformer2d::cross_layers)
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h / 2, w / 2)`; what each layer makes is pushed onto `skips`. `feature`, of a
    /// T2I-Adapter, is added before the image is halved where the level attends to the prompt, and after it where not.
    pub(crate) fn forward(
        &self,
        mut x: Tensor,
        time: &Tensor,
        cross: Cross<'_>,
        feature: Option<&Tensor>,
        skips: &mut Vec<Tensor>,
    ) -> Result<Tensor> {
        let cross = cross.within(|plan| plan.windows_down(self.level));
        for (i, resnet) in self.resnets.iter().enumerate() {
            x = resnet.forward(&x, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, cross)?;
                if let (Some(feature), true) = (feature, i + 1 == self.attentions.len()) {
                    x = x.f_add(feature)?;
                }
            }
            if let Some(plan) = cross.plan {
                x = plan.after_down(self.level, i, x)?;
            }
            skips.push(x.shallow_clone());
        }
        if let Some(downsampler) = &self.downsampler {
            let quarter = cross.plan.is_some_and(|plan| plan.quarters(self.level));
            x = if quarter { downsampler.quarter(&x)? } else { downsampler.forward(&x)? };
            skips.push(x.shallow_clone());
        }
        if let (Some(feature), true) = (feature, self.attentions.is_empty()) {
            x = x.f_add(feature)?;
            // The reference adds in place, to what it has just made a skip.
            skips.pop();
            skips.push(x.shallow_clone());
        }
        Ok(x)
    }
}

#[derive(Debug)]
pub(crate) struct MidBlock {
    first: ResnetBlock2d,
    attention: Transformer2d,
    second: ResnetBlock2d,
}

impl MidBlock {
    pub(crate) fn new(w: &Weights, config: &UnetConfig, channels: i64) -> Result<Self> {
        let resnet = |i: usize| ResnetBlock2d::new(&(w / "resnets" / i), config.resnet(channels, channels));
        let last = config.block_out_channels.len() - 1;
        Ok(Self {
            first: resnet(0)?,
            attention: {
                let layers = config.transformer_layers_per_block.at(last, 0);
                Transformer2d::new(&(w / "attentions" / 0), config.transformer(last, layers, false))?
            },
            second: resnet(1)?,
        })
    }

    pub(super) fn cross_layers(&mut self) -> impl Iterator<Item = &mut CrossLayer> {
        self.attention.cross_layers()
    }

    /// `(b, c, h, w)` to the same shape
    pub(crate) fn forward(&self, x: &Tensor, time: &Tensor, cross: Cross<'_>) -> Result<Tensor> {
        let x = self.first.forward(x, Some(time))?;
        let x = self.attention.forward(&x, cross)?;
        self.second.forward(&x, Some(time))
    }
}

#[derive(Debug)]
pub(crate) struct UpBlock {
    level: usize,
    resnets: Vec<ResnetBlock2d>,
    attentions: Vec<Transformer2d>,
    upsampler: Option<Upsample2d>,
}

impl UpBlock {
    /// `block` counts from the narrowest image to the widest, opposite to the configuration's lists.
    pub(crate) fn new(w: &Weights, config: &UnetConfig, block: usize) -> Result<Self> {
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
                let layers = config.up_transformer_layers(block, i);
                let transformer = config.transformer(level, layers, config.only_cross_attention.at(level));
                attentions.push(Transformer2d::new(&(w / "attentions" / i), transformer)?);
            }
        }
        let upsampler = if level == 0 { None } else { Some(Upsample2d::new(&(w / "upsamplers" / 0), outputs)?) };
        Ok(Self { level: block, resnets, attentions, upsampler })
    }

    pub(super) fn cross_layers(&mut self) -> impl Iterator<Item = &mut CrossLayer> {
        self.attentions.iter_mut().flat_map(Transformer2d::cross_layers)
    }

    /// How many skips it takes.
    pub(crate) fn layers(&self) -> usize {
        self.resnets.len()
    }

    /// `(b, previous, h, w)` to `(b, outputs, h * 2, w * 2)`, or to the given size; takes its skips from the end.
    pub(crate) fn forward(
        &self,
        mut x: Tensor,
        time: &Tensor,
        cross: Cross<'_>,
        skips: Vec<Tensor>,
        size: Option<(i64, i64)>,
        freeu: Option<FreeU>,
    ) -> Result<Tensor> {
        let cross = cross.within(|plan| plan.windows_up(self.level));
        for (i, (resnet, mut skip)) in self.resnets.iter().zip(skips.into_iter().rev()).enumerate() {
            if let Some(freeu) = freeu {
                (x, skip) = freeu.apply(self.level, x, skip)?;
            }
            x = resnet.forward(&Tensor::f_cat(&[x, skip], 1)?, Some(time))?;
            if let Some(attention) = self.attentions.get(i) {
                x = attention.forward(&x, cross)?;
            }
            if let Some(plan) = cross.plan {
                x = plan.after_up(self.level, i, x)?;
            }
        }
        match &self.upsampler {
            Some(upsampler) => upsampler.forward(&x, size),
            None => Ok(x),
        }
    }
}
