//! The prompts of a run as the UNet hears them.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` `_concat_regional_text_embeddings` and
//! `diffusion/shared_invokeai_diffusion.py` `_concat_conditionings_for_batch`.

use std::ops::Range;

use tch::{Device, Kind, Tensor};

use super::regions::region_biases;
use crate::models::unet::{Added, Context, Regions};
use crate::{EngineError, Result};

/// Which tokens speak of which part of the picture.
#[derive(Debug)]
pub struct PromptRegions {
    /// 1 where a part lies and 0 elsewhere, `(1, n, h, w)` in latents.
    pub masks: Tensor,
    /// The tokens of each part.
    pub tokens: Vec<Range<i64>>,
}

/// One side of the guidance as the network is told of it: everything that should be in the picture, or everything that
/// should not.
#[derive(Debug, Clone, Copy)]
pub struct Prompt<'a> {
    /// `(1, tokens, dim)`
    pub embeddings: &'a Tensor,
    /// What SDXL and its refiner are told besides, of batch 1; other models are told nothing.
    pub added: Option<Added<'a>>,
    /// Where parts of it are for parts of the picture.
    pub regions: Option<&'a PromptRegions>,
}

impl<'a> Prompt<'a> {
    /// Text alone, for all of the picture.
    pub fn new(embeddings: &'a Tensor) -> Self {
        Self { embeddings, added: None, regions: None }
    }
}

/// Several prompts as one, each for all of the picture or a part of it.
#[derive(Debug)]
pub struct JoinedPrompts<'a> {
    embeddings: Tensor,
    added: Option<Added<'a>>,
    regions: Option<PromptRegions>,
}

impl<'a> JoinedPrompts<'a> {
    /// Prompts one after the other, for latents of `(height, width)`. Each may have a mask, above one half where it counts,
    /// `(1, h, w)` or `(h, w)` of any size and kind.
    ///
    /// # Errors
    /// When there is none, or they are of different models.
    pub fn new(parts: &[(Prompt<'a>, Option<&Tensor>)], (height, width): (i64, i64)) -> Result<Self> {
        let embeddings: Vec<&Tensor> = parts.iter().map(|(prompt, _)| prompt.embeddings).collect();
        if embeddings.is_empty() {
            return Err(EngineError::Setting("a conditioning must be given".to_owned()));
        }
        let regions = if parts.iter().any(|(_, mask)| mask.is_some()) {
            let (mut masks, mut tokens, mut start) = (Vec::new(), Vec::new(), 0);
            for (prompt, mask) in parts {
                let end = start + prompt.embeddings.size3()?.1;
                tokens.push(start..end);
                start = end;
                masks.push(match mask {
                    Some(mask) => region_mask(mask, height, width)?,
                    None => Tensor::f_ones([1, 1, height, width], (Kind::Float, Device::Cpu))?,
                });
            }
            Some(PromptRegions { masks: Tensor::f_cat(&masks, 1)?, tokens })
        } else {
            None
        };
        // One must speak for all as a whole: of those for the whole picture the last, else the first.
        let mut added = None;
        for (prompt, mask) in parts {
            if added.is_none() || mask.is_none() {
                added = prompt.added;
            }
        }
        Ok(Self { embeddings: Tensor::f_cat(&embeddings, 1)?, added, regions })
    }

    /// As one prompt.
    pub fn prompt(&self) -> Prompt<'_> {
        Prompt { embeddings: &self.embeddings, added: self.added, regions: self.regions.as_ref() }
    }
}

/// `(1, 1, height, width)` of zeros and ones, each taken from the nearest place.
fn region_mask(mask: &Tensor, height: i64, width: i64) -> Result<Tensor> {
    let mask = match mask.size()[..] {
        [_, _] => mask.f_unsqueeze(0)?,
        [1, _, _] => mask.shallow_clone(),
        _ => {
            let expected = "(1, h, w)".to_owned();
            return Err(EngineError::Input { what: "mask of a prompt", expected, got: mask.size() });
        }
    };
    let ones = mask.f_to_kind(Kind::Float)?.f_gt(0.5)?.f_to_kind(Kind::Float)?;
    Ok(ones.f_unsqueeze(0)?.f_upsample_nearest2d([height, width], None, None)?)
}

/// The prompts of one call of the UNet, where it computes.
#[derive(Debug)]
pub struct PromptBatch {
    embeddings: Tensor,
    /// 1 for a token and 0 for padding, `(b, tokens)`; none where every token counts.
    mask: Option<Tensor>,
    /// As [`Added`].
    added: Option<(Tensor, Tensor)>,
    regions: Option<Regions>,
}

impl PromptBatch {
    /// These prompts, for a UNet on `device` that computes in `kind` and for latents of `size`. Shorter ones are padded to the
    /// length of the longest, and the padding is masked.
    pub(super) fn new(prompts: &[Prompt<'_>], size: (i64, i64), device: Device, kind: Kind) -> Result<Self> {
        let mut lengths = Vec::with_capacity(prompts.len());
        for prompt in prompts {
            lengths.push(prompt.embeddings.size3()?.1);
        }
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let (mut embeddings, mut masks) = (Vec::new(), Vec::new());
        for (prompt, length) in prompts.iter().zip(&lengths) {
            let own = prompt.embeddings.f_to_device(device)?.f_to_kind(kind)?;
            embeddings.push(own.f_pad([0, 0, 0, longest - length], "constant", 0.0)?);
            masks.push(Tensor::f_ones([1, *length], (kind, device))?.f_pad([0, longest - length], "constant", 0.0)?);
        }
        let even = lengths.iter().all(|length| *length == longest);
        Ok(Self {
            embeddings: Tensor::f_cat(&embeddings, 0)?,
            mask: if even { None } else { Some(Tensor::f_cat(&masks, 0)?) },
            added: joined(prompts, device, kind)?,
            regions: region_biases(prompts, longest, size, device, kind)?,
        })
    }

    /// How many prompts.
    pub fn rows(&self) -> i64 {
        self.embeddings.size().first().copied().unwrap_or_default()
    }

    /// What a UNet, or a network beside it, is told.
    pub fn context(&self) -> Context<'_> {
        let added = self.added.as_ref().map(|(text_embeds, time_ids)| Added { text_embeds, time_ids });
        Context { mask: self.mask.as_ref(), regions: self.regions.as_ref(), added, ..Context::new(&self.embeddings) }
    }
}

fn joined(prompts: &[Prompt<'_>], device: Device, kind: Kind) -> Result<Option<(Tensor, Tensor)>> {
    let added: Vec<_> = prompts.iter().filter_map(|prompt| prompt.added).collect();
    if added.is_empty() {
        return Ok(None);
    }
    if added.len() != prompts.len() {
        return Err(EngineError::Setting("the prompts are for different models".to_owned()));
    }
    let all = |of: fn(&Added<'_>) -> Tensor| -> Result<Tensor> {
        let rows: Vec<Tensor> = added.iter().map(of).collect();
        Ok(Tensor::f_cat(&rows, 0)?.f_to_device(device)?)
    };
    let text_embeds = all(|added| added.text_embeds.shallow_clone())?.f_to_kind(kind)?;
    // Numbers of pixels: half precision does not know all of them, and what reads them begins in float32.
    Ok(Some((text_embeds, all(|added| added.time_ids.shallow_clone())?.f_to_kind(Kind::Float)?)))
}
