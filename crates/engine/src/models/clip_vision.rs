//! The image encoder of CLIP, which IP-Adapters look through: ViT-L, and OpenCLIP's ViT-H and ViT-bigG.
//!
//! Written after `src/transformers/models/clip/modeling_clip.py` of transformers 5.5.4, `CLIPVisionModelWithProjection`; names
//! are those of the checkpoint.

use std::path::Path;

use invoke_engine_sys::InferenceMode;
use serde::Deserialize;
use tch::{Kind, Tensor};

use super::clip::{Activation, ClipConfig, EncoderLayer, Seen};
use crate::device::Device;
use crate::layers::{Embedding, LayerNorm, Linear};
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result, json};

/// What the colours of its training pictures are on average, and how far they spread; red, green, blue.
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const SPREAD: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];

/// `config.json` of an image encoder; what a file leaves out has the value transformers assumes.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ClipVisionConfig {
    /// Width of its embeddings.
    pub hidden_size: i64,
    /// Width inside a layer's MLP.
    pub intermediate_size: i64,
    /// Width of a picture as a single vector.
    pub projection_dim: i64,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads, which share the width.
    pub num_attention_heads: i64,
    /// Channels of a picture.
    pub num_channels: i64,
    /// Sides of a picture, in pixels.
    pub image_size: i64,
    /// Sides of what becomes one embedding, in pixels.
    pub patch_size: i64,
    /// Between the two halves of the MLP.
    pub hidden_act: Activation,
    /// Keeps the norms from dividing by zero.
    pub layer_norm_eps: f64,
}

impl Default for ClipVisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3_072,
            projection_dim: 512,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            num_channels: 3,
            image_size: 224,
            patch_size: 32,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

/// An image encoder.
#[derive(Debug)]
pub struct ClipVisionModel {
    config: ClipVisionConfig,
    class_embedding: Weight,
    patch_embedding: Weight,
    position_embedding: Embedding,
    pre_layernorm: LayerNorm,
    layers: Vec<EncoderLayer>,
    post_layernorm: LayerNorm,
    visual_projection: Linear,
    weights: Weights,
    bytes: u64,
}

impl ClipVisionModel {
    /// Loads the encoder from its folder.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        let file = folder.join("config.json");
        let config: ClipVisionConfig = json::read(&file)?;
        let heads = config.num_attention_heads;
        if heads < 1 || config.hidden_size % heads != 0 || config.patch_size < 1 || config.num_hidden_layers < 1 {
            let reason =
                "`hidden_size`, `num_attention_heads`, `patch_size` and `num_hidden_layers` do not fit".to_owned();
            return Err(EngineError::Config { file, reason });
        }
        Self::new(config, &Weights::open(folder, device, kind)?)
    }

    fn new(config: ClipVisionConfig, weights: &Weights) -> Result<Self> {
        let (width, patch) = (config.hidden_size, config.patch_size);
        let model = weights / "vision_model";
        let embeddings = &model / "embeddings";
        let layer = ClipConfig {
            hidden_size: width,
            intermediate_size: config.intermediate_size,
            num_attention_heads: config.num_attention_heads,
            hidden_act: config.hidden_act,
            layer_norm_eps: config.layer_norm_eps,
            ..ClipConfig::default()
        };
        let side = config.image_size / patch;
        let norm = |name| LayerNorm::new(&(&model / name), width, config.layer_norm_eps);
        Ok(Self {
            class_embedding: embeddings.tensor("class_embedding", &[width])?,
            patch_embedding: (&embeddings / "patch_embedding")
                .tensor("weight", &[width, config.num_channels, patch, patch])?,
            position_embedding: Embedding::new(&(&embeddings / "position_embedding"), side * side + 1, width)?,
            // The name has been misspelt ever since.
            pre_layernorm: norm("pre_layrnorm")?,
            layers: (0..config.num_hidden_layers)
                .map(|index| EncoderLayer::new(&layer, &(&model / "encoder" / "layers" / index)))
                .collect::<Result<_>>()?,
            post_layernorm: norm("post_layernorm")?,
            visual_projection: Linear::without_bias(&(weights / "visual_projection"), width, config.projection_dim)?,
            bytes: weights.loaded_bytes(),
            weights: weights.clone(),
            config,
        })
    }

    /// What it was built from.
    pub fn config(&self) -> &ClipVisionConfig {
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

    /// Pictures of bytes `(b, 3, image_size, image_size)` as the encoder takes them, in its precision and where it computes.
    pub fn normalized(&self, bytes: &Tensor) -> Result<Tensor> {
        let channels = |numbers: &[f32; 3]| Tensor::f_from_slice(numbers)?.f_mul_scalar(255.0)?.f_view([1, 3, 1, 1]);
        let pixels = bytes.f_to_kind(Kind::Float)?.f_sub(&channels(&MEAN)?)?.f_div(&channels(&SPREAD)?)?;
        Ok(pixels.f_to_device(self.weights.device().into())?.f_to_kind(self.weights.kind())?)
    }

    /// Normalized pictures `(b, 3, image_size, image_size)` as single vectors, `(b, projection_dim)`.
    pub fn pooled(&self, pictures: &Tensor) -> Result<Tensor> {
        let _inference = InferenceMode::enter()?;
        let hidden = self.hidden(pictures, self.layers.len())?;
        self.visual_projection.forward(&self.post_layernorm.forward(&hidden.f_select(1, 0)?)?)
    }

    /// What goes into the last layer, `(b, patches + 1, c)`.
    pub fn penultimate(&self, pictures: &Tensor) -> Result<Tensor> {
        let _inference = InferenceMode::enter()?;
        self.hidden(pictures, self.layers.len() - 1)
    }

    fn hidden(&self, pictures: &Tensor, layers: usize) -> Result<Tensor> {
        let ClipVisionConfig { hidden_size: width, num_channels, image_size: side, patch_size: patch, .. } =
            self.config;
        let batch = match pictures.size()[..] {
            [batch, channels, height, columns] if (channels, height, columns) == (num_channels, side, side) => batch,
            _ => {
                let expected = format!("(b, {num_channels}, {side}, {side})");
                return Err(EngineError::Input { what: "pictures", expected, got: pictures.size() });
            }
        };
        let patches = pictures.f_conv2d(&self.patch_embedding, None::<&Tensor>, [patch; 2], [0, 0], [1, 1], 1)?;
        let patches = patches.f_flatten(2, -1)?.f_transpose(1, 2)?; // (b, patches, c)
        let class = self.class_embedding.f_expand([batch, 1, width], false)?;
        let tokens = Tensor::f_cat(&[class, patches], 1)?.f_add(self.position_embedding.weight())?;
        let mut x = self.pre_layernorm.forward(&tokens)?;
        for layer in &self.layers[..layers] {
            x = layer.forward(&x, Seen::All)?;
        }
        Ok(x)
    }
}
