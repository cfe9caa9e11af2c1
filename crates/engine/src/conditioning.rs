//! From a prompt to the embeddings a denoising network listens to.
//!
//! A port of the arithmetic of compel 2.5.1 (`compel/compel.py`, `compel/embeddings_provider.py`) as InvokeAI uses it:
//! nothing is truncated, a long prompt is several chunks one after the other. A weight above 1 moves a token's
//! embedding away from that of the empty prompt; a weight below 1 mixes in the prompt without the fragment, hidden from
//! the encoder by a mask.

use std::cell::OnceCell;
use std::f64::consts::FRAC_PI_2;

use invoke_engine_sys::InferenceMode;
use invoke_prompts::{Chunks, ClipTokenizer, Conjunction, Fragment, Prompt, chunk};
use tch::{Kind, Tensor};

use crate::Result;
use crate::models::clip::ClipTextModel;

/// The least weight of a fragment: at 0 the mix would be infinite.
const LEAST_WEIGHT: f64 = 1e-5;

/// A text encoder, ready to read prompts.
#[derive(Debug)]
pub struct PromptEncoder<'a> {
    tokenizer: &'a ClipTokenizer,
    model: &'a ClipTextModel,
    skip: usize,
    layer: Layer,
    empty: OnceCell<Tensor>,
}

/// Which layer of a text encoder a denoising network listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The last, after the final norm: Stable Diffusion 1 and 2.
    Last,
    /// The one before it, without the norm: SDXL.
    Penultimate,
}

impl<'a> PromptEncoder<'a> {
    /// Reads prompts with this model, without its last `skip` layers.
    pub fn new(tokenizer: &'a ClipTokenizer, model: &'a ClipTextModel, skip: usize) -> Self {
        Self { tokenizer, model, skip, layer: Layer::Last, empty: OnceCell::new() }
    }

    /// The same, listening to this layer of those that are left.
    #[must_use]
    pub fn listening_to(self, layer: Layer) -> Self {
        Self { layer, ..self }
    }

    /// A text as a single vector, `(1, c)`. Its marks and weights are read as words, and what does not fit into one chunk is
    /// cut off, as the reference does.
    pub fn pooled(&self, text: &str) -> Result<Tensor> {
        let _inference = InferenceMode::enter()?;
        let ClipTokenizer { start, end, padding, length, .. } = *self.tokenizer;
        let mut ids = self.tokenizer.encode(text)?;
        ids.truncate(length - 2);
        ids.insert(0, start);
        ids.push(end);
        ids.resize(length, padding);
        let ids: Vec<i64> = ids.iter().map(|id| i64::from(*id)).collect();
        Ok(self.model.pooled(&Tensor::from_slice(&ids).f_unsqueeze(0)?, self.skip)?.f_to_kind(Kind::Float)?)
    }

    /// The embeddings of a prompt, (1, n * 77, c).
    pub fn encode(&self, prompt: &Conjunction) -> Result<Tensor> {
        let _inference = InferenceMode::enter()?;
        let mut parts = Vec::with_capacity(prompt.prompts.len());
        for (prompt, weight) in &prompt.prompts {
            let part = self.prompt(prompt)?;
            parts.push(if *weight == 1.0 {
                part
            } else {
                let empty = self.padded(self.empty()?.shallow_clone(), part.size()[1])?;
                empty.f_add(&part.f_sub(&empty)?.f_mul_scalar(*weight)?)?
            });
        }
        match parts.is_empty() {
            true => Ok(self.empty()?.shallow_clone()),
            false => Ok(Tensor::f_cat(&parts, 1)?),
        }
    }

    fn prompt(&self, prompt: &Prompt) -> Result<Tensor> {
        match prompt {
            Prompt::Plain(fragments) => self.fragments(fragments),
            // InvokeAI drops what would swap the attention maps, so only the length of the edited prompt is left.
            Prompt::Swap { original, edited } => {
                let length = chunk(self.tokenizer, edited)?.ids.len() as i64;
                self.padded(self.fragments(original)?, length)
            }
            Prompt::Blend { parts, normalize } => {
                let weights: Vec<f64> = parts.iter().map(|(_, weight)| *weight).collect();
                let parts = parts.iter().map(|(part, _)| self.fragments(part)).collect::<Result<Vec<_>>>()?;
                let length = parts.iter().map(|part| part.size()[1]).max().unwrap_or(0);
                let parts = parts.into_iter().map(|part| self.padded(part, length)).collect::<Result<Vec<_>>>()?;
                mixed(&parts, &weights, *normalize)
            }
        }
    }

    fn fragments(&self, fragments: &[Fragment]) -> Result<Tensor> {
        let chunks = chunk(self.tokenizer, fragments)?;
        let mut parts = vec![self.weighted(&chunks, None)?];
        let mut weights = vec![1.0];
        for (fragment, span) in fragments.iter().zip(&chunks.spans) {
            // differs: a fragment without any token has nothing to hide; compel fails on it.
            if let Some(span) = span.as_ref().filter(|_| fragment.weight < 1.0) {
                parts.push(self.weighted(&chunks, Some(&chunks.mask_without(span)))?);
                // 0 at weight 1, 1 at weight ½, without bound towards 0.
                weights.push(((1.0 - fragment.weight.max(LEAST_WEIGHT)) * FRAC_PI_2).tan());
            }
        }
        mixed(&parts, &weights, true)
    }

    /// Chunk by chunk, each token's embedding moved away from the empty prompt's by its weight.
    fn weighted(&self, chunks: &Chunks, mask: Option<&[bool]>) -> Result<Tensor> {
        let mut parts = Vec::new();
        for (index, ids) in chunks.ids.chunks(chunks.length).enumerate() {
            let range = index * chunks.length..(index + 1) * chunks.length;
            let z = self.ids(ids, mask.map(|mask| &mask[range.clone()]))?;
            let weights = &chunks.weights[range];
            parts.push(if weights.iter().all(|weight| *weight == 1.0) {
                z
            } else {
                let weights = Tensor::from_slice(weights).f_to_device(z.device())?.f_view([1, -1, 1])?;
                let empty = self.empty()?;
                let moved = empty.f_add(&z.f_sub(empty)?.f_mul(&weights)?)?;
                // Not even rounding touches a token that has no weight.
                z.f_where_self(&weights.f_eq(1.0)?, &moved)?
            });
        }
        Ok(Tensor::f_cat(&parts, 1)?)
    }

    fn ids(&self, ids: &[u32], mask: Option<&[bool]>) -> Result<Tensor> {
        let ids: Vec<i64> = ids.iter().map(|id| i64::from(*id)).collect();
        let mask = mask.filter(|mask| mask.contains(&false)).map(|mask| Tensor::from_slice(mask).unsqueeze(0));
        let ids = Tensor::from_slice(&ids).f_unsqueeze(0)?;
        let z = match self.layer {
            Layer::Last => self.model.forward(&ids, mask.as_ref(), self.skip)?,
            Layer::Penultimate => self.model.penultimate(&ids, mask.as_ref(), self.skip)?,
        };
        Ok(z.f_to_kind(Kind::Float)?)
    }

    /// The embedding of the empty prompt, one chunk.
    fn empty(&self) -> Result<&Tensor> {
        if let Some(empty) = self.empty.get() {
            return Ok(empty);
        }
        let chunks = chunk(self.tokenizer, &[])?;
        let empty = self.ids(&chunks.ids, None)?;
        Ok(self.empty.get_or_init(|| empty))
    }

    /// Followed by empty prompts up to `length` tokens.
    fn padded(&self, part: Tensor, length: i64) -> Result<Tensor> {
        let missing = (length - part.size()[1]) / self.tokenizer.length as i64;
        if missing < 1 {
            return Ok(part);
        }
        let mut parts = vec![part];
        for _ in 0..missing {
            parts.push(self.empty()?.shallow_clone());
        }
        Ok(Tensor::f_cat(&parts, 1)?)
    }
}

/// The weighted sum of embeddings.
fn mixed(parts: &[Tensor], weights: &[f64], normalize: bool) -> Result<Tensor> {
    let stacked = Tensor::f_cat(parts, 0)?; // (n, t, c)
    let weights: Vec<f32> = weights.iter().map(|weight| *weight as f32).collect();
    let mut weights = Tensor::from_slice(&weights).f_to_device(stacked.device())?;
    if normalize {
        weights = weights.f_div(&weights.f_sum(Kind::Float)?)?;
    }
    let weighted = stacked.f_mul(&weights.f_view([-1, 1, 1])?)?;
    Ok(weighted.f_sum_dim_intlist([0i64].as_slice(), true, Kind::Float)?)
}
