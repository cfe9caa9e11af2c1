//! The text encoders of CLIP and OpenCLIP, which Stable Diffusion listens to: CLIP-L of 1.x and XL, OpenCLIP-H of 2.x (whose
//! files leave its last layer out), OpenCLIP-bigG of XL and its refiner, which projects the prompt to a single vector.
//!
//! Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021). Written after
//! `src/transformers/models/clip/modeling_clip.py` of transformers 5.5.4; names are those of the checkpoint.

use std::path::Path;

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::checkpoint;
use crate::device::Device;
use crate::layers::{Embedding, LayerNorm, Linear};
use crate::patches::Patches;
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result};

/// `config.json` of a text encoder; what a file leaves out has the value transformers assumes.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ClipConfig {
    /// Tokens it knows.
    pub vocab_size: i64,
    /// Width of its embeddings.
    pub hidden_size: i64,
    /// Width inside a layer's MLP.
    pub intermediate_size: i64,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads, which share the width.
    pub num_attention_heads: i64,
    /// Tokens it reads at most.
    pub max_position_embeddings: i64,
    /// Between the two halves of the MLP.
    pub hidden_act: Activation,
    /// Keeps the norms from dividing by zero.
    pub layer_norm_eps: f64,
    /// Width of the prompt as a single vector, for encoders that project it.
    pub projection_dim: i64,
    /// The token that ends a prompt. 2 is a mistake of older files, which means the highest of all tokens.
    pub eos_token_id: i64,
}

impl Default for ClipConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            hidden_size: 512,
            intermediate_size: 2_048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
            projection_dim: 512,
            eos_token_id: 49_407,
        }
    }
}

/// What stands in older files for the token that ends a prompt.
const MISTAKEN_EOS: i64 = 2;

/// The activations CLIP models are trained with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// OpenAI's approximation.
    QuickGelu,
    /// The exact one, of OpenCLIP.
    Gelu,
}

impl Activation {
    fn forward(self, x: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Self::QuickGelu => x.f_mul(&x.f_mul_scalar(1.702)?.f_sigmoid()?)?,
            Self::Gelu => x.f_gelu("none")?,
        })
    }
}

/// A text encoder.
#[derive(Debug, Clone)]
pub struct ClipTextModel {
    config: ClipConfig,
    token_embedding: Embedding,
    position_embedding: Embedding,
    layers: Vec<EncoderLayer>,
    final_layer_norm: LayerNorm,
    weights: Weights,
    text_projection: Option<Linear>,
    bytes: u64,
}

impl ClipTextModel {
    /// Loads the encoder from a `text_encoder` folder.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        Self::load_from(folder, &Weights::open(folder, device, kind)?)
    }

    /// Loads `config.json` from a `text_encoder` folder, and builds the encoder it describes from these weights.
    pub fn load_from(folder: &Path, weights: &Weights) -> Result<Self> {
        Self::new(checkpoint::read(folder, "config.json")?, weights)
    }

    /// Builds the encoder from its weights.
    pub fn new(config: ClipConfig, weights: &Weights) -> Result<Self> {
        let heads = config.num_attention_heads;
        if heads < 1 || config.hidden_size % heads != 0 {
            let reason = format!("a width of {} cannot be shared by {heads} attention heads", config.hidden_size);
            return Err(EngineError::Setting(reason));
        }
        let (width, positions) = (config.hidden_size, config.max_position_embeddings);
        let text_model = weights / "text_model";
        let embeddings = &text_model / "embeddings";
        let layers = &text_model / "encoder" / "layers";
        let projection = weights / "text_projection";
        let text_projection = match projection.contains("weight") {
            true => Some(Linear::without_bias(&projection, width, config.projection_dim)?),
            false => None,
        };
        Ok(Self {
            token_embedding: Embedding::new(&(&embeddings / "token_embedding"), config.vocab_size, width)?,
            position_embedding: Embedding::new(&(&embeddings / "position_embedding"), positions, width)?,
            layers: (0..config.num_hidden_layers)
                .map(|index| EncoderLayer::new(&config, &(&layers / index)))
                .collect::<Result<_>>()?,
            final_layer_norm: LayerNorm::new(&(&text_model / "final_layer_norm"), width, config.layer_norm_eps)?,
            weights: weights.clone(),
            text_projection,
            bytes: weights.loaded_bytes(),
            config,
        })
    }

    /// The same encoder with what these patches add; it shares what they leave as it is.
    pub fn patched(&self, patches: Patches) -> Result<Self> {
        Self::new(self.config.clone(), &self.weights.patched(patches))
    }

    /// The same encoder that knows these tokens as well, each by its vector `(c)`.
    pub fn with_tokens(&self, tokens: &[(u32, Tensor)]) -> Result<Self> {
        let table = self.token_embedding.weight();
        let (known, width) = table.size2()?;
        let count = tokens.iter().map(|(id, _)| i64::from(*id) + 1).fold(known, i64::max);
        let more = Tensor::f_zeros([count - known, width], (table.kind(), table.device()))?;
        let (ids, vectors): (Vec<i64>, Vec<Tensor>) =
            tokens.iter().map(|(id, vector)| (i64::from(*id), vector.shallow_clone())).unzip();
        let vectors = Tensor::f_stack(&vectors, 0)?.f_to_device(table.device())?.f_to_kind(table.kind())?;
        let ids = Tensor::f_from_slice(&ids)?.f_to_device(table.device())?;
        let table = Tensor::f_cat(&[table, &more], 0)?.f_index_copy(0, &ids, &vectors)?;
        Ok(Self { token_embedding: Embedding::of(Weight::new(table)), ..self.clone() })
    }

    /// What it was built from.
    pub fn config(&self) -> &ClipConfig {
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

    /// Token ids `(b, t)` to embeddings `(b, t, c)`. A `mask` says which tokens others may look at; `skip` leaves out that many
    /// of the last layers, never the final norm.
    pub fn forward(&self, ids: &Tensor, mask: Option<&Tensor>, skip: usize) -> Result<Tensor> {
        self.final_layer_norm.forward(&self.hidden(ids, mask, skip)?)
    }

    /// As [`forward`](Self::forward), but what goes into the last layer of those that are left, without the final norm: what
    /// SDXL listens to.
    pub fn penultimate(&self, ids: &Tensor, mask: Option<&Tensor>, skip: usize) -> Result<Tensor> {
        if skip >= self.layers.len() {
            let reason =
                format!("cannot skip {skip} of the text encoder's {} layers: one must be left", self.layers.len());
            return Err(EngineError::Setting(reason));
        }
        self.hidden(ids, mask, skip + 1)
    }

    /// Whole prompts as single vectors: token ids `(b, t)` to what becomes of their first end mark, projected where the encoder
    /// has a projection, `(b, projection_dim)` or `(b, c)`.
    pub fn pooled(&self, ids: &Tensor, skip: usize) -> Result<Tensor> {
        let embeddings = self.forward(ids, None, skip)?; // (b, t, c)
        let (batch, _, width) = embeddings.size3()?;
        let ids = ids.f_to_device(embeddings.device())?;
        let end = match self.config.eos_token_id {
            MISTAKEN_EOS => ids.f_argmax(-1, true)?,
            id => ids.f_eq(id)?.f_to_kind(Kind::Int)?.f_argmax(-1, true)?,
        }; // (b, 1)
        let index = end.f_unsqueeze(-1)?.f_expand([batch, 1, width], false)?;
        let pooled = embeddings.f_gather(1, &index, false)?.f_squeeze_dim(1)?; // (b, c)
        match &self.text_projection {
            Some(projection) => projection.forward(&pooled),
            None => Ok(pooled),
        }
    }

    /// What the last of the layers makes that are left, `(b, t, c)`.
    fn hidden(&self, ids: &Tensor, mask: Option<&Tensor>, skip: usize) -> Result<Tensor> {
        // (b, t)
        let (batch, length) = ids.size2()?;
        if length > self.config.max_position_embeddings {
            let expected = format!("(batch, at most {})", self.config.max_position_embeddings);
            return Err(EngineError::Input { what: "ids", expected, got: ids.size() });
        }
        let Some(used) = self.layers.len().checked_sub(skip) else {
            let reason = format!("cannot skip {skip} of the text encoder's {} layers", self.layers.len());
            return Err(EngineError::Setting(reason));
        };
        let positions = self.position_embedding.weight().f_narrow(0, 0, length)?;
        let tokens = self.token_embedding.forward(&ids.f_to_device(positions.device())?)?;
        let mut x = tokens.f_add(&positions)?; // (b, t, c)

        let attention = match mask {
            None => None,
            Some(mask) => {
                let mask = mask.f_to_device(x.device())?.f_to_kind(Kind::Bool)?.f_view([batch, 1, 1, length])?;
                let causal = Tensor::f_ones([length, length], (Kind::Bool, x.device()))?.f_tril(0)?;
                Some(mask.f_logical_and(&causal)?) // (b, 1, t, t)
            }
        };
        let seen = attention.as_ref().map_or(Seen::Before, Seen::These);
        for layer in &self.layers[..used] {
            x = layer.forward(&x, seen)?;
        }
        Ok(x)
    }
}

/// Which tokens a token may look at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// All of them.
    All,
    /// Itself and those before it.
    Before,
    /// Those that are true in `(b, 1, t, t)`.
    These(&'a Tensor),
}

#[derive(Debug, Clone)]
pub(super) struct EncoderLayer {
    self_attn: Attention,
    layer_norm1: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    layer_norm2: LayerNorm,
    activation: Activation,
}

impl EncoderLayer {
    pub(super) fn new(config: &ClipConfig, weights: &Weights) -> Result<Self> {
        let mlp = weights / "mlp";
        Ok(Self {
            self_attn: Attention::new(config, &(weights / "self_attn"))?,
            layer_norm1: LayerNorm::new(&(weights / "layer_norm1"), config.hidden_size, config.layer_norm_eps)?,
            fc1: Linear::new(&(&mlp / "fc1"), config.hidden_size, config.intermediate_size)?,
            fc2: Linear::new(&(&mlp / "fc2"), config.intermediate_size, config.hidden_size)?,
            layer_norm2: LayerNorm::new(&(weights / "layer_norm2"), config.hidden_size, config.layer_norm_eps)?,
            activation: config.hidden_act,
        })
    }

    /// `(b, t, c)` to the same shape
    pub(super) fn forward(&self, x: &Tensor, seen: Seen<'_>) -> Result<Tensor> {
        let x = x.f_add(&self.self_attn.forward(&self.layer_norm1.forward(x)?, seen)?)?;
        let inside = self.activation.forward(&self.fc1.forward(&self.layer_norm2.forward(&x)?)?)?;
        Ok(x.f_add(&self.fc2.forward(&inside)?)?)
    }
}

#[derive(Debug, Clone)]
struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    heads: i64,
}

impl Attention {
    fn new(config: &ClipConfig, weights: &Weights) -> Result<Self> {
        let square = |name: &str| Linear::new(&(weights / name), config.hidden_size, config.hidden_size);
        Ok(Self {
            q_proj: square("q_proj")?,
            k_proj: square("k_proj")?,
            v_proj: square("v_proj")?,
            out_proj: square("out_proj")?,
            heads: config.num_attention_heads,
        })
    }

    fn forward(&self, x: &Tensor, seen: Seen<'_>) -> Result<Tensor> {
        let (batch, length, width) = x.size3()?;
        let split = |x: Tensor| x.f_view([batch, length, self.heads, width / self.heads])?.f_transpose(1, 2);
        let query = split(self.q_proj.forward(x)?)?; // (b, h, t, c / h)
        let key = split(self.k_proj.forward(x)?)?;
        let value = split(self.v_proj.forward(x)?)?;
        let (mask, causal) = match seen {
            Seen::All => (None, false),
            Seen::Before => (None, true),
            Seen::These(mask) => (Some(mask), false),
        };
        let out = Tensor::f_scaled_dot_product_attention(&query, &key, &value, mask, 0.0, causal, None, false)?;
        self.out_proj.forward(&out.f_transpose(1, 2)?.f_reshape([batch, length, width])?)
    }
}
