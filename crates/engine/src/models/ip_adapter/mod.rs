//! Networks that let a picture be a prompt: IP-Adapter, plain, plus and full face, for Stable Diffusion 1 and SDXL.
//!
//! Paper: <https://arxiv.org/abs/2308.06721>. Reference: InvokeAI 6.14.2, `backend/ip_adapter/`.

mod projection;
mod resampler;

use std::collections::HashMap;
use std::path::Path;

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use super::clip_vision::ClipVisionModel;
use crate::device::Device;
use crate::layers::Linear;
use crate::weights::Weights;
use crate::{EngineError, Result};

use projection::{ImageProjection, MlpProjection};
use resampler::Resampler;

/// Weights of an adapter in a folder.
const IN_FOLDER: [&str; 2] = ["ip_adapter.safetensors", "ip_adapter.bin"];

/// A loaded adapter.
#[derive(Debug)]
pub struct IpAdapter {
    projection: Projection,
    layers: HashMap<usize, CrossWeights>,
    weights: Weights,
    bytes: u64,
}

/// From what an image encoder sees to what stands in for words.
#[derive(Debug)]
enum Projection {
    Plain(ImageProjection),
    Plus(Resampler),
    FullFace(MlpProjection),
}

/// Keys and values of an attention to the prompt, for pictures.
#[derive(Debug)]
pub struct CrossWeights {
    to_k: Linear,
    to_v: Linear,
}

/// Pictures as prompts, `(images, tokens, dim)` each.
#[derive(Debug)]
pub struct ImagePrompt {
    /// What is in the pictures.
    pub positive: Tensor,
    /// What nothing looks like.
    pub negative: Tensor,
}

impl IpAdapter {
    /// Loads a file, or a folder as InvokeAI keeps it.
    pub fn load(path: &Path, device: Device, kind: Kind) -> Result<Self> {
        let inside = || IN_FOLDER.iter().map(|name| path.join(name)).find(|file| file.is_file());
        let file = if path.is_dir() { inside().unwrap_or_else(|| path.join(IN_FOLDER[0])) } else { path.to_owned() };
        let weights = Weights::open(&file, device, kind)?;
        let refused = |reason: String| EngineError::Config { file: file.clone(), reason };
        let cross = &weights / "ip_adapter";
        let mut layers = HashMap::new();
        for name in cross.names() {
            let Some(number) = name.strip_suffix(".to_k_ip.weight") else { continue };
            let number: usize = number.parse().map_err(|_| refused(format!("unknown layer `{number}`")))?;
            let layer = &cross / number;
            let shape = layer.shape("to_k_ip.weight").unwrap_or_default();
            let [outputs, inputs] = shape[..] else { return Err(refused(format!("`{name}` is no matrix"))) };
            let linear = |name| Linear::without_bias(&(&layer / name), inputs, outputs);
            layers.insert(number, CrossWeights { to_k: linear("to_k_ip")?, to_v: linear("to_v_ip")? });
        }
        let proj = &weights / "image_proj";
        let projection = if proj.contains("proj.weight") {
            Projection::Plain(ImageProjection::new(&proj)?)
        } else if proj.contains("proj_in.weight") {
            Projection::Plus(Resampler::new(&proj)?)
        } else if proj.contains("proj.0.weight") {
            Projection::FullFace(MlpProjection::new(&proj)?)
        } else {
            return Err(refused("it is no IP-Adapter that is known: plain, plus and full face are".to_owned()));
        };
        Ok(Self { projection, layers, bytes: weights.loaded_bytes(), weights })
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Pictures of bytes, `(images, 3, h, w)` in the encoder's size, as prompts.
    ///
    /// # Errors
    /// When the encoder is not the one the adapter was trained with.
    pub fn prompt(&self, encoder: &ClipVisionModel, pictures: &Tensor) -> Result<ImagePrompt> {
        let _inference = InferenceMode::enter()?;
        let pictures = encoder.normalized(pictures)?;
        let (seen, nothing) = match &self.projection {
            Projection::Plain(_) => {
                let seen = encoder.pooled(&pictures)?;
                let nothing = seen.f_zeros_like()?;
                (seen, nothing)
            }
            _ => (encoder.penultimate(&pictures)?, encoder.penultimate(&pictures.f_zeros_like()?)?),
        };
        let project = |seen: &Tensor| {
            let seen = seen.f_to_device(self.weights.device().into())?.f_to_kind(self.weights.kind())?;
            match &self.projection {
                Projection::Plain(plain) => plain.forward(&seen),
                Projection::Plus(plus) => plus.forward(&seen),
                Projection::FullFace(mlp) => mlp.forward(&seen),
            }
        };
        let unfit = |error: EngineError| match error {
            EngineError::Torch(reason) => EngineError::Setting(format!(
                "the selected CLIP Vision model is incompatible with the current IP-Adapter: {reason}"
            )),
            other => other,
        };
        Ok(ImagePrompt { positive: project(&seen).map_err(unfit)?, negative: project(&nothing).map_err(unfit)? })
    }

    /// The weights for the attention to the prompt of this number among all attentions, those of pixels to one another included.
    pub(crate) fn layer(&self, number: usize) -> Result<&CrossWeights> {
        self.layers.get(&number).ok_or_else(|| {
            EngineError::Setting(format!(
                "the IP-Adapter has nothing for attention {number} of this model: it is for another"
            ))
        })
    }
}

impl CrossWeights {
    /// What queries `(b, heads, n, head_dim)` find in `prompt (b, tokens, dim)`: `(b, n, heads * head_dim)`.
    pub(crate) fn attend(&self, query: &Tensor, prompt: &Tensor) -> Result<Tensor> {
        let [batch, heads, _, head_dim] = query.size()[..] else {
            return Err(EngineError::Input {
                what: "query",
                expected: "(b, heads, n, d)".to_owned(),
                got: query.size(),
            });
        };
        let split = |x: Tensor| x.f_view([batch, -1, heads, head_dim])?.f_transpose(1, 2);
        let (key, value) = (split(self.to_k.forward(prompt)?)?, split(self.to_v.forward(prompt)?)?);
        let found =
            Tensor::f_scaled_dot_product_attention(query, &key, &value, None::<&Tensor>, 0.0, false, None, false)?;
        Ok(found.f_transpose(1, 2)?.f_reshape([batch, -1, heads * head_dim])?)
    }
}
