//! An IP-Adapter in the course of a run.
//!
//! Reference: InvokeAI 6.14.2, `diffusion/custom_atttention.py`, `regional_ip_data.py` and `unet_attention_patcher.py`.

use std::sync::Arc;

use tch::{Kind, Tensor};

use super::contribution::{Additions, Contribution, Influence, StepView};
use crate::models::ip_adapter::{ImagePrompt, IpAdapter};
use crate::models::unet::{CrossLayer, ExtraAttention};
use crate::{EngineError, Result};

/// The UNet's pictures: the latents, and halved three times.
const LEVELS: usize = 4;
/// Where the precise style keeps the composition of the picture out.
const COMPOSITION: [&str; 3] = ["down_blocks.2.attentions.1", "down_blocks.2", "mid_block"];

/// Pictures as a prompt, for some layers of the UNet and a part of the picture.
#[derive(Debug)]
pub struct Picture {
    adapter: Arc<IpAdapter>,
    /// `(1, tokens, dim)` of all pictures one after the other.
    positive: Tensor,
    negative: Tensor,
    influence: Influence,
    blocks: Vec<String>,
    keeps_composition_out: bool,
    /// For every size of picture within the UNet, `(1, pixels, 1)`.
    masks: Vec<Tensor>,
}

impl Picture {
    /// Pictures that work in the layers whose names contain one of `blocks`, where `mask`, `(1, 1, h, w)` in latents, is 1.
    /// `keeps_composition_out` is the way `style_precise`.
    pub fn new(
        adapter: Arc<IpAdapter>,
        prompt: &ImagePrompt,
        influence: Influence,
        blocks: Vec<String>,
        keeps_composition_out: bool,
        mask: &Tensor,
    ) -> Result<Self> {
        let joined = |tokens: &Tensor| {
            let dim = tokens.size().last().copied().unwrap_or_default();
            tokens.f_reshape([1, -1, dim])
        };
        let (positive, negative) = (joined(&prompt.positive)?, joined(&prompt.negative)?);
        let (mut level, mut masks) = (mask.f_to_device(positive.device())?.f_to_kind(Kind::Float)?, Vec::new());
        for _ in 0..LEVELS {
            let pixels = level.f_reshape([1, -1, 1])?.f_to_kind(positive.kind())?;
            // The lowest level of a size counts.
            masks.retain(|known: &Tensor| known.size() != pixels.size());
            masks.push(pixels);
            level = level.f_max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], true)?;
        }
        Ok(Self { adapter, positive, negative, influence, blocks, keeps_composition_out, masks })
    }
}

impl Contribution for Picture {
    fn contribute<'a>(&'a self, step: &StepView<'_>, additions: &mut Additions<'a>) -> Result<()> {
        let Some(weight) = self.influence.at(step.step, step.total)? else { return Ok(()) };
        additions.add_attention(Seen { picture: self, weight, both: step.prompts.rows() > 1 });
        Ok(())
    }
}

/// The pictures in one step.
#[derive(Debug)]
struct Seen<'a> {
    picture: &'a Picture,
    weight: f64,
    /// Whether the negative prompt is asked too, before the positive.
    both: bool,
}

impl ExtraAttention for Seen<'_> {
    fn attend(&self, layer: &CrossLayer, query: &Tensor) -> Result<Option<Tensor>> {
        let Picture { adapter, positive, negative, blocks, masks, .. } = self.picture;
        let Some(block) = blocks.iter().find(|block| layer.name.contains(block.as_str())) else { return Ok(None) };
        let pixels = query.size()[2];
        let mask = masks.iter().find(|mask| mask.size()[1] == pixels).ok_or_else(|| {
            EngineError::Setting(format!("no mask of the IP-Adapter is for a picture of {pixels} pixels"))
        })?;
        let away = self.picture.keeps_composition_out && COMPOSITION.contains(&block.as_str());
        // Kept out means wanted where nothing is wanted, and not at all where something is.
        let (first, second) = if away { (positive, &positive.f_zeros_like()?) } else { (negative, positive) };
        let prompt = if self.both { Tensor::f_cat(&[first, second], 0)? } else { second.shallow_clone() };
        let prompt = prompt.f_to_device(query.device())?.f_to_kind(query.kind())?;
        // Between two attentions to the prompt lies one of the pixels to one another, and all are counted.
        let found = adapter.layer(2 * layer.index + 1)?.attend(query, &prompt)?;
        Ok(Some(found.f_mul_scalar(self.weight)?.f_mul(mask)?))
    }
}
