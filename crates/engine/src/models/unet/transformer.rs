//! Attention over the pixels of an image, each told of the prompt.
//!
//! Reference: diffusers 0.40.0, `models/transformers/transformer_2d.py` `Transformer2DModel` and `models/attention.py`
//! `BasicTransformerBlock`, `FeedForward`, `GEGLU`.

use tch::Tensor;

use super::CrossLayer;
use super::blocks::Cross;
use crate::Result;
use crate::layers::{Attention, AttentionConfig, Conv2d, GroupNorm, LayerNorm, Linear};
use crate::weights::Weights;
use crate::weights::names::attention::CURRENT;

/// Not the epsilon of the UNet's other norms.
const GROUP_NORM_EPS: f64 = 1e-6;
const LAYER_NORM_EPS: f64 = 1e-5;
const FEED_FORWARD_FACTOR: i64 = 4;

/// What a transformer in the UNet is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct TransformerConfig {
    pub(super) channels: i64,
    pub(super) heads: i64,
    pub(super) layers: i64,
    pub(super) context_dim: i64,
    pub(super) groups: i64,
    pub(super) linear_projection: bool,
    pub(super) only_cross_attention: bool,
}

/// The projection into the transformer and out of it: a 1x1 convolution, or the same as a matrix.
#[derive(Debug)]
enum Projection {
    Conv(Conv2d),
    Linear(Linear),
}

impl Projection {
    fn new(w: &Weights, channels: i64, linear: bool) -> Result<Self> {
        Ok(if linear {
            Self::Linear(Linear::new(w, channels, channels)?)
        } else {
            Self::Conv(Conv2d::new(w, channels, channels, 1)?)
        })
    }
}

#[derive(Debug)]
pub(super) struct Transformer2d {
    norm: GroupNorm,
    proj_in: Projection,
    transformer_blocks: Vec<TransformerBlock>,
    proj_out: Projection,
}

impl Transformer2d {
    pub(super) fn new(w: &Weights, config: TransformerConfig) -> Result<Self> {
        let TransformerConfig { channels, layers, groups, linear_projection, .. } = config;
        let transformer_blocks = (0..usize::try_from(layers).unwrap_or_default())
            .map(|i| TransformerBlock::new(&(w / "transformer_blocks" / i), config))
            .collect::<Result<_>>()?;
        Ok(Self {
            norm: GroupNorm::new(&(w / "norm"), groups, channels, GROUP_NORM_EPS)?,
            proj_in: Projection::new(&(w / "proj_in"), channels, linear_projection)?,
            transformer_blocks,
            proj_out: Projection::new(&(w / "proj_out"), channels, linear_projection)?,
        })
    }

    /// The layers that attend to the prompt, in order.
    pub(super) fn cross_layers(&mut self) -> impl Iterator<Item = &mut CrossLayer> {
        self.transformer_blocks.iter_mut().map(|block| &mut block.layer)
    }

    /// `(b, c, h, w)` to the same shape
    pub(super) fn forward(&self, x: &Tensor, cross: Cross<'_>) -> Result<Tensor> {
        let (batch, channels, height, width) = x.size4()?;
        let to_sequence = |x: &Tensor| x.f_permute([0, 2, 3, 1])?.f_reshape([batch, height * width, channels]);
        // Channels stay beside one another, as the layers around have them.
        let to_image = |x: &Tensor| x.f_reshape([batch, height, width, channels])?.f_permute([0, 3, 1, 2]);

        let normed = self.norm.forward(x)?;
        let mut tokens = match &self.proj_in {
            Projection::Conv(conv) => to_sequence(&conv.forward(&normed)?)?, // (b, h w, c)
            Projection::Linear(linear) => linear.forward(&to_sequence(&normed)?)?,
        };
        for block in &self.transformer_blocks {
            tokens = block.forward(tokens, cross)?;
        }
        let image = match &self.proj_out {
            Projection::Conv(conv) => conv.forward(&to_image(&tokens)?)?, // (b, c, h, w)
            Projection::Linear(linear) => to_image(&linear.forward(&tokens)?)?,
        };
        Ok(image.f_add(x)?)
    }
}

#[derive(Debug)]
struct TransformerBlock {
    norm1: LayerNorm,
    attn1: Attention,
    norm2: LayerNorm,
    attn2: Attention,
    norm3: LayerNorm,
    ff: FeedForward,
    only_cross_attention: bool,
    layer: CrossLayer,
}

impl TransformerBlock {
    fn new(w: &Weights, config: TransformerConfig) -> Result<Self> {
        let TransformerConfig { channels, heads, context_dim, only_cross_attention, .. } = config;
        let attention = |name, context_dim| {
            let head_dim = channels / heads;
            let config =
                AttentionConfig { query_dim: channels, context_dim, heads, head_dim, qkv_bias: false, names: CURRENT };
            Attention::new(&(w / name), config)
        };
        let norm = |name| LayerNorm::new(&(w / name), channels, LAYER_NORM_EPS);
        Ok(Self {
            norm1: norm("norm1")?,
            attn1: attention("attn1", if only_cross_attention { context_dim } else { channels })?,
            norm2: norm("norm2")?,
            attn2: attention("attn2", context_dim)?,
            norm3: norm("norm3")?,
            ff: FeedForward::new(&(w / "ff"), channels)?,
            only_cross_attention,
            layer: CrossLayer { index: 0, name: (w / "attn2").prefix().to_owned() },
        })
    }

    /// `(b, n, c)` to the same shape
    fn forward(&self, x: Tensor, cross: Cross<'_>) -> Result<Tensor> {
        let normed = self.norm1.forward(&x)?;
        let attend = |x: &Tensor| {
            let context = if self.only_cross_attention { cross.embeddings } else { x };
            self.attn1.forward(x, context, None)
        };
        let attended = match cross.windows {
            Some(windows) => windows.attend(&normed, attend)?,
            None => attend(&normed)?,
        };
        let x = attended.f_add(&x)?;
        let (normed, bias) = (self.norm2.forward(&x)?, cross.bias(x.size()[1])?);
        let extra = |query: &Tensor| match cross.extra {
            Some(extra) => extra.attend(&self.layer, query),
            None => Ok(None),
        };
        let x = self.attn2.forward_with(&normed, cross.embeddings, bias.as_ref(), extra)?.f_add(&x)?;
        Ok(self.ff.forward(&self.norm3.forward(&x)?)?.f_add(&x)?)
    }
}

/// Two linear layers with a gate between them.
#[derive(Debug)]
struct FeedForward {
    proj: Linear,
    out: Linear,
}

impl FeedForward {
    fn new(w: &Weights, dim: i64) -> Result<Self> {
        let inner = dim * FEED_FORWARD_FACTOR;
        Ok(Self {
            proj: Linear::new(&(w / "net" / 0 / "proj"), dim, inner * 2)?,
            out: Linear::new(&(w / "net" / 2), inner, dim)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let both = self.proj.forward(x)?; // (b, n, 2 inner)
        let inner = both.size().last().copied().unwrap_or_default() / 2;
        let (hidden, gate) = (both.f_narrow(-1, 0, inner)?, both.f_narrow(-1, inner, inner)?);
        self.out.forward(&hidden.f_mul(&gate.f_gelu("none")?)?)
    }
}
