//! Everything a UNet can be told beside the sample and the time.

use std::fmt::Debug;

use tch::{Kind, Tensor};

use super::{FreeU, HiDiffusionStep};
use crate::{EngineError, Result};

/// What a UNet is told. A call for text alone is `Context::new(&embeddings)`; everything else is an addition to it:
///
/// ```ignore
/// Context { added: Some(added), control: Some(&residuals), ..Context::new(&embeddings) }
/// ```
///
/// A first dimension `b` is that of the sample; tensors of batch 1 count for the whole batch where it is said so.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The prompts' embeddings, `(b, tokens, cross_attention_dim)`.
    pub embeddings: &'a Tensor,
    /// 1 for a token and 0 for padding, `(b, tokens)`; none where every token counts.
    pub mask: Option<&'a Tensor>,
    /// Which part of the picture listens to which tokens; none where all listen to all.
    pub regions: Option<&'a Regions>,
    /// What SDXL and its refiner are told about picture and prompt as a whole. They do not run without, others ignore it.
    pub added: Option<Added<'a>>,
    /// What ControlNets add.
    pub control: Option<&'a Residuals>,
    /// What T2I-Adapters add: one for each level on the way down, and one for the middle in those of SDXL, each
    /// `(b or 1, channels, h, w)` of the level before it is halved.
    pub features: &'a [Tensor],
    /// What IP-Adapters add to the attention to the prompt.
    pub extra_attention: Option<&'a dyn ExtraAttention>,
    /// Weights of skips and backbone.
    pub freeu: Option<FreeU>,
    /// Smaller images and windows, for pictures larger than the network was trained for.
    pub hidiffusion: Option<HiDiffusionStep<'a>>,
}

impl<'a> Context<'a> {
    /// Text alone, `(b, tokens, cross_attention_dim)`.
    pub fn new(embeddings: &'a Tensor) -> Self {
        Self {
            embeddings,
            mask: None,
            regions: None,
            added: None,
            control: None,
            features: &[],
            extra_attention: None,
            freeu: None,
            hidiffusion: None,
        }
    }
}

/// What SDXL adds to the time.
#[derive(Debug, Clone, Copy)]
pub struct Added<'a> {
    /// The prompts as single vectors, `(b, dim)`.
    pub text_embeds: &'a Tensor,
    /// Numbers about the picture, `(b, n)`: six of SDXL (original height and width, top and left of the crop, target height and
    /// width), five of its refiner (the first four, and the aesthetic score).
    pub time_ids: &'a Tensor,
}

/// What ControlNets add to a UNet's skips and middle.
#[derive(Debug)]
pub struct Residuals {
    /// One for each skip, in the order they are made: that of the first convolution, then those of each level; each
    /// `(b or 1, channels, h, w)`.
    pub down: Vec<Tensor>,
    /// Added to the middle, `(b or 1, channels, h, w)`.
    pub mid: Tensor,
}

/// Which pixels attend to which tokens, for every size the picture has within the network.
#[derive(Debug)]
pub struct Regions {
    biases: Vec<Tensor>,
}

impl Regions {
    /// From one bias per size, `(b, 1, pixels, tokens)`: 0 where a pixel listens to a token, a large negative number where it
    /// does not. A size that several levels share is named once.
    pub fn new(biases: Vec<Tensor>) -> Self {
        Self { biases }
    }

    /// The bias of an image of that many pixels, in this precision.
    pub(super) fn bias(&self, pixels: i64, kind: Kind) -> Result<Tensor> {
        let Some(bias) = self.biases.iter().find(|bias| bias.size().get(2) == Some(&pixels)) else {
            let known: Vec<_> = self.biases.iter().map(Tensor::size).collect();
            let reason = format!("no region is given for an image of {pixels} pixels, only {known:?}");
            return Err(EngineError::Setting(reason));
        };
        Ok(bias.f_to_kind(kind)?)
    }
}

/// Something else that every pixel attends to beside the prompt.
pub trait ExtraAttention: Debug {
    /// For the queries `(b, heads, pixels, head_dim)` of a layer what is added to its result before the output projection,
    /// `(b, pixels, heads * head_dim)`; nothing where the layer is not concerned.
    ///
    /// # Errors
    /// When libtorch refuses, or this does not fit the layer.
    fn attend(&self, layer: &CrossLayer, query: &Tensor) -> Result<Option<Tensor>>;
}

/// Which attention to the prompt within the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrossLayer {
    /// Its place among all of them: the levels down first, then those up, the middle last, as IP-Adapters count.
    pub index: usize,
    /// Its name in the checkpoint, such as `down_blocks.0.attentions.0.transformer_blocks.0.attn2`.
    pub name: String,
}
