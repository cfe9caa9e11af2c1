//! Words learnt from pictures: embeddings that stand in a prompt as `<name>`.
//!
//! Paper: <https://arxiv.org/abs/2208.01618>. Reference: InvokeAI 6.14.2, `backend/textual_inversion.py`.

use std::path::Path;

use tch::Kind;

use crate::device::Device;
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result};

/// What a folder of diffusers' holds.
const IN_FOLDER: [&str; 2] = ["learned_embeds.safetensors", "learned_embeds.bin"];

/// A loaded embedding.
#[derive(Debug)]
pub struct TextualInversion {
    /// `(n, c)`
    embedding: Weight,
    /// For the other text encoder of SDXL, `(n, c')`.
    second: Option<Weight>,
}

impl TextualInversion {
    /// Reads a file of any layout, or a folder of diffusers', in float32 on the CPU.
    pub fn load(path: &Path) -> Result<Self> {
        let inside = || IN_FOLDER.iter().map(|name| path.join(name)).find(|file| file.is_file());
        let file = if path.is_dir() { inside().unwrap_or_else(|| path.join(IN_FOLDER[0])) } else { path.to_owned() };
        let weights = Weights::open(&file, Device::Cpu, Kind::Float)?;
        let first_of = |part: &str| weights.in_order().find(|name| name.starts_with(part)).map(str::to_owned);
        let (name, second) = if weights.contains("clip_g") && weights.contains("clip_l") {
            (Some("clip_g".to_owned()), Some(weights.any("clip_l")?))
        } else {
            let known = first_of("string_to_param.").or_else(|| first_of("emb_params"));
            (known.or_else(|| first_of("")), None)
        };
        let refused = |reason: &str| EngineError::Config { file: file.clone(), reason: reason.to_owned() };
        let embedding = weights.any(&name.ok_or_else(|| refused("it holds no embedding"))?)?;
        let embedding = match embedding.size()[..] {
            [_] => Weight::new(embedding.f_unsqueeze(0)?),
            [_, _] => embedding,
            _ => return Err(refused("its embedding is no list of vectors")),
        };
        if second.as_ref().is_some_and(|second| second.dim() != 2) {
            return Err(refused("its embedding is no list of vectors"));
        }
        Ok(Self { embedding, second })
    }

    /// Bytes of its vectors.
    pub fn bytes(&self) -> u64 {
        let numbers = self.embedding.numel() + self.second.as_ref().map_or(0, |second| second.numel());
        (numbers * Kind::Float.elt_size_in_bytes()) as u64
    }

    /// The vectors `(n, width)` for a text encoder of this width.
    ///
    /// # Errors
    /// When it was learnt with another kind of encoder.
    pub fn vectors(&self, name: &str, width: i64) -> Result<&Weight> {
        let own = |weight: &Weight| weight.size()[1];
        let chosen = self.second.as_ref().filter(|second| own(second) == width).unwrap_or(&self.embedding);
        if own(chosen) == width {
            return Ok(chosen);
        }
        Err(EngineError::Setting(format!(
            "Cannot load embedding for <{name}>. It was trained on a model with token dimension {}, but the current model \
             has token dimension {width}.",
            own(chosen)
        )))
    }
}
