//! What is added to the UNet's steps: by ControlNet, T2I-Adapter, IP-Adapter, HiDiffusion.
//!
//! A run has a list of them ([`super::sd::DenoiseRequest::contributions`]). Before each call of the UNet every one is
//! shown the step and puts what it has to say into [`Additions`], which go with the call. Each keeps its own
//! [`Influence`]: how strongly it works, and in which part of the run.
//!
//! Reference: InvokeAI 6.14.2, `backend/stable_diffusion/diffusers_pipeline.py` `step` and
//! `diffusion/shared_invokeai_diffusion.py` `do_controlnet_step`.

use tch::Tensor;

use super::prompt::PromptBatch;
use super::tiles::Tile;
use crate::models::unet::{Context, CrossLayer, ExtraAttention, HiDiffusion, HiDiffusionStep, Residuals};
use crate::{EngineError, Result};

/// How strongly something works.
#[derive(Debug, Clone, PartialEq)]
pub enum Weight {
    /// The same in every step.
    Constant(f64),
    /// One number per step.
    PerStep(Vec<f64>),
}

/// How strongly, and in which part of a run, something works.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// How strongly.
    pub weight: Weight,
    /// Where it begins, 0 for the first step and 1 for the last.
    pub begin: f64,
    /// Where it ends.
    pub end: f64,
}

impl Influence {
    /// The weight in step `step` of `total`; none in steps outside of its part of the run.
    ///
    /// # Errors
    /// When there is no weight for a step it works in.
    pub fn at(&self, step: usize, total: usize) -> Result<Option<f64>> {
        let (first, last) = ((self.begin * total as f64).floor(), (self.end * total as f64).ceil());
        if (step as f64) < first || (step as f64) > last {
            return Ok(None);
        }
        match &self.weight {
            Weight::Constant(weight) => Ok(Some(*weight)),
            Weight::PerStep(weights) => weights.get(step).copied().map(Some).ok_or_else(|| {
                EngineError::Setting(format!("{} weights were given, and the run has {total} steps", weights.len()))
            }),
        }
    }
}

/// A step as a contribution sees it, before the UNet is asked.
#[derive(Debug, Clone, Copy)]
pub struct StepView<'a> {
    /// Number of the step within the run, from 0 on.
    pub step: usize,
    /// Steps of the run.
    pub total: usize,
    /// The timestep the UNet is told.
    pub timestep: f64,
    /// The latents as the scheduler scales them for the UNet, `(1, 4, h, w)`, on the UNet's device.
    pub latents: &'a Tensor,
    /// The prompts of this call: both, the negative one first, or the positive one alone where guidance needs no other.
    /// What is added must have as many rows.
    pub prompts: &'a PromptBatch,
    /// The positive prompt alone, for what should not see the other.
    pub positive: &'a PromptBatch,
    /// Which part of the picture the latents are; none for all of it.
    pub tile: Option<Tile>,
}

/// What goes with a call of the UNet, the sum over all contributions.
#[derive(Debug, Default)]
pub struct Additions<'a> {
    control: Option<Residuals>,
    features: Vec<Tensor>,
    attention: AllOf<'a>,
    hidiffusion: Option<HiDiffusionStep<'a>>,
}

impl<'a> Additions<'a> {
    /// Adds what a ControlNet says.
    ///
    /// # Errors
    /// When two ControlNets are for different networks.
    pub fn add_control(&mut self, residuals: Residuals) -> Result<()> {
        self.control = Some(match self.control.take() {
            None => residuals,
            Some(before) => {
                Residuals { down: sum(&before.down, &residuals.down)?, mid: before.mid.f_add(&residuals.mid)? }
            }
        });
        Ok(())
    }

    /// Adds the features of a T2I-Adapter.
    ///
    /// # Errors
    /// When two adapters are for different networks.
    pub fn add_features(&mut self, features: Vec<Tensor>) -> Result<()> {
        self.features = if self.features.is_empty() { features } else { sum(&self.features, &features)? };
        Ok(())
    }

    /// Adds what pixels attend to beside the prompt, as an IP-Adapter does.
    pub fn add_attention(&mut self, attention: impl ExtraAttention + 'a) {
        self.attention.0.push(Box::new(attention));
    }

    /// What the UNet is told, with this.
    pub(super) fn told<'s>(&'s self, context: Context<'s>) -> Context<'s> {
        Context {
            control: self.control.as_ref(),
            features: &self.features,
            hidiffusion: self.hidiffusion,
            extra_attention: (!self.attention.0.is_empty()).then_some(&self.attention as &dyn ExtraAttention),
            ..context
        }
    }
}

fn sum(before: &[Tensor], more: &[Tensor]) -> Result<Vec<Tensor>> {
    if before.len() != more.len() {
        let (a, b) = (before.len(), more.len());
        return Err(EngineError::Setting(format!("two adapters are for different networks: {a} and {b} layers")));
    }
    before.iter().zip(more).map(|(a, b)| Ok(a.f_add(b)?)).collect()
}

/// Several things that pixels attend to.
#[derive(Debug, Default)]
struct AllOf<'a>(Vec<Box<dyn ExtraAttention + 'a>>);

impl ExtraAttention for AllOf<'_> {
    fn attend(&self, layer: &CrossLayer, query: &Tensor) -> Result<Option<Tensor>> {
        let mut all: Option<Tensor> = None;
        for one in &self.0 {
            all = match (all, one.attend(layer, query)?) {
                (Some(before), Some(more)) => Some(before.f_add(&more)?),
                (before, more) => before.or(more),
            };
        }
        Ok(all)
    }
}

/// A network beside the UNet, in the course of one run.
pub trait Contribution: std::fmt::Debug {
    /// Adds to `additions` what this step's call of the UNet is to be told; nothing outside of its part of the run. Tensors
    /// are on the UNet's device, and have as many rows as the step's prompts, or one for all.
    ///
    /// # Errors
    /// When the network fails, or is not for this UNet.
    fn contribute<'a>(&'a self, step: &StepView<'_>, additions: &mut Additions<'a>) -> Result<()>;
}

/// No network of its own: what it changes is the UNet.
impl Contribution for HiDiffusion {
    fn contribute<'a>(&'a self, step: &StepView<'_>, additions: &mut Additions<'a>) -> Result<()> {
        additions.hidiffusion = Some(self.at(step.step, step.total));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_influence_works_between_its_ends_and_one_step_beyond() {
        let influence = Influence { weight: Weight::Constant(0.5), begin: 0.25, end: 0.5 };
        let at: Vec<bool> = (0..8).map(|step| influence.at(step, 8).unwrap().is_some()).collect();
        assert_eq!(at, [false, false, true, true, true, false, false, false]);
    }

    #[test]
    fn weights_are_one_per_step() {
        let influence = Influence { weight: Weight::PerStep(vec![0.1, 0.2]), begin: 0.0, end: 1.0 };
        assert_eq!(influence.at(1, 3).unwrap(), Some(0.2));
        let error = influence.at(2, 3).unwrap_err().to_string();
        assert_eq!(error, "2 weights were given, and the run has 3 steps");
    }
}
