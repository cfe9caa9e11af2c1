//! Prompts for parts of the picture: which pixels hear which tokens.
//!
//! Reference: InvokeAI 6.14.2, `diffusion/regional_prompt_data.py`.

use tch::{Device, Kind, Tensor};

use super::prompt::Prompt;
use crate::models::unet::Regions;
use crate::{EngineError, Result};

/// Added to the scores of tokens that a pixel does not hear.
const UNHEARD: f64 = -10_000.0;
/// The UNet's pictures: the latents, and halved three times.
const LEVELS: usize = 4;

/// What is added to the scores of cross-attention for each size of picture within the UNet, for `prompts` of `tokens` tokens
/// and latents of `(height, width)`; none if all are for the whole picture.
pub(super) fn region_biases(
    prompts: &[Prompt<'_>],
    tokens: i64,
    (height, width): (i64, i64),
    device: Device,
    kind: Kind,
) -> Result<Option<Regions>> {
    if prompts.iter().all(|prompt| prompt.regions.is_none()) {
        return Ok(None);
    }
    let mut masks = Vec::with_capacity(prompts.len());
    for prompt in prompts {
        let Some(regions) = prompt.regions else {
            masks.push(None);
            continue;
        };
        let (_, _, own_height, own_width) = regions.masks.size4()?;
        if (own_height, own_width) != (height, width) {
            let expected = format!("(1, n, {height}, {width})");
            return Err(EngineError::Input { what: "masks of the prompts", expected, got: regions.masks.size() });
        }
        masks.push(Some((regions.masks.f_to_device(device)?, &regions.tokens)));
    }

    let mut biases: Vec<Tensor> = Vec::new();
    let (mut height, mut width) = (height, width);
    for _ in 0..LEVELS {
        let pixels = height * width;
        let rows = Tensor::f_zeros([prompts.len() as i64, pixels, tokens], (kind, device))?;
        for (row, masks) in masks.iter().enumerate() {
            let Some((masks, ranges)) = masks else { continue };
            for (part, range) in ranges.iter().enumerate() {
                let unheard = masks.f_select(1, part as i64)?.f_reshape([pixels, 1])?.f_le(0.5)?;
                let score = unheard.f_to_kind(kind)?.f_mul_scalar(UNHEARD)?;
                let mut heard = rows.f_select(0, row as i64)?.f_narrow(1, range.start, range.end - range.start)?;
                heard.f_copy_(&score)?;
            }
        }
        // Small latents come to one pixel before the last level; the lowest level of a size counts.
        biases.retain(|bias| bias.size()[2] != pixels);
        biases.push(rows.f_unsqueeze(1)?); // (b, 1, pixels, tokens)
        // The largest of each four, so that a small part is not lost; odd sides are rounded up as in the UNet.
        for (masks, _) in masks.iter_mut().flatten() {
            *masks = masks.f_max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], true)?;
        }
        (height, width) = ((height + 1) / 2, (width + 1) / 2);
    }
    Ok(Some(Regions::new(biases)))
}
