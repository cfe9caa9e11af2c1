//! One step of a run: the UNet is asked, guided, and the scheduler goes on from what it said.
//!
//! Reference: InvokeAI 6.14.2, `backend/stable_diffusion/diffusers_pipeline.py` `step` and
//! `diffusion/shared_invokeai_diffusion.py` `_apply_standard_conditioning`.

use tch::Tensor;

use super::contribution::{Additions, Contribution, StepView};
use super::guidance::{Guidance, guide};
use super::prompt::{Prompt, PromptBatch};
use super::tiles::Tile;
use crate::models::unet::{Context, FreeU, Unet};
use crate::random::Generator;
use crate::schedulers::{Scheduler, Step};
use crate::{EngineError, Result};

/// Where in a run a step is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) step: usize,
    pub(super) total: usize,
    pub(super) timestep: f64,
    /// Which part of the picture it is about; none for all of it.
    pub(super) tile: Option<Tile>,
}

/// Everything about a run that stays the same from step to step.
#[derive(Debug)]
pub(super) struct Predictor<'a> {
    unet: &'a Unet,
    guidance: &'a Guidance,
    rescale: f64,
    both: PromptBatch,
    positive: PromptBatch,
    contributions: &'a [Box<dyn Contribution + 'a>],
    freeu: Option<FreeU>,
    /// What a model made for inpainting sees besides the latents, `(1, 5, h, w)`.
    channels: Option<Tensor>,
}

/// What a predictor is made of.
pub(super) struct Parts<'a> {
    pub(super) unet: &'a Unet,
    pub(super) negative: Prompt<'a>,
    pub(super) positive: Prompt<'a>,
    pub(super) guidance: &'a Guidance,
    pub(super) rescale: f64,
    pub(super) contributions: &'a [Box<dyn Contribution + 'a>],
    pub(super) freeu: Option<FreeU>,
    pub(super) channels: Option<Tensor>,
    /// Height and width of the latents a step gets.
    pub(super) size: (i64, i64),
}

impl<'a> Predictor<'a> {
    pub(super) fn new(parts: Parts<'a>) -> Result<Self> {
        let Parts { unet, negative, positive, guidance, rescale, contributions, freeu, channels, size } = parts;
        let batch = |prompts: &[Prompt<'_>]| PromptBatch::new(prompts, size, unet.device().into(), unet.kind());
        Ok(Self {
            both: batch(&[negative, positive])?,
            positive: batch(&[positive])?,
            unet,
            guidance,
            rescale,
            contributions,
            freeu,
            channels,
        })
    }

    /// From the latents `(1, 4, h, w)` at one timestep to those at the next.
    pub(super) fn step(
        &self,
        scheduler: &mut dyn Scheduler,
        latents: &Tensor,
        moment: Moment,
        generator: &mut Generator,
    ) -> Result<Step> {
        let input = scheduler.scale_model_input(latents, moment.timestep)?;
        let scale = self.guidance.at(moment.step);
        let predicted = if scale == 1.0 {
            // The negative prompt's share is nothing.
            self.ask(&self.positive, &input, moment)?
        } else {
            let both = self.ask(&self.both, &input, moment)?.f_chunk(2, 0)?;
            let [negative, positive] = &both[..] else {
                return Err(EngineError::Setting("the network did not answer both prompts".to_owned()));
            };
            guide(negative, positive, scale, self.rescale)?
        };
        scheduler.step(&predicted, moment.timestep, latents, generator)
    }

    /// What the UNet predicts for each prompt, `(b, 4, h, w)`, in the latents' precision.
    fn ask(&self, prompts: &PromptBatch, latents: &Tensor, moment: Moment) -> Result<Tensor> {
        let Moment { step, total, timestep, tile } = moment;
        let input = &latents.f_to_kind(self.unet.kind())?;
        let view = StepView { step, total, timestep, latents: input, prompts, positive: &self.positive, tile };
        let mut additions = Additions::default();
        for contribution in self.contributions {
            contribution.contribute(&view, &mut additions)?;
        }
        // A model for inpainting gets its other channels after the scaling, which is not for them.
        let input = match &self.channels {
            Some(channels) => Tensor::f_cat(&[input, &channels.f_to_kind(self.unet.kind())?], 1)?,
            None => input.shallow_clone(),
        };
        let batch = match prompts.rows() {
            1 => input,
            rows => input.f_repeat([rows, 1, 1, 1])?,
        };
        let context = Context { freeu: self.freeu, ..prompts.context() };
        let predicted = self.unet.forward(&batch, timestep, additions.told(context))?;
        Ok(predicted.f_to_kind(latents.kind())?)
    }
}
