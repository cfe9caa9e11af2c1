//! What the methods share that look up how much of the picture is left at a timestep.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_ddim.py`, which the other classes repeat.

use tch::Tensor;

use super::{Prediction, SchedulerConfig};
use crate::{EngineError, Result};

/// The share of the picture's variance that is left at each timestep of training.
#[derive(Debug)]
pub(super) struct Alphas {
    cumprod: Vec<f32>,
    last: f32,
}

impl Alphas {
    /// `to_one` says that nothing but the picture is left after the last step, where the configuration does not.
    pub(super) fn new(config: &SchedulerConfig, cumprod: Vec<f32>, to_one: bool) -> Self {
        let last = if config.set_alpha_to_one.unwrap_or(to_one) { 1.0 } else { cumprod[0] };
        Self { cumprod, last }
    }

    /// At a timestep of training.
    pub(super) fn at(&self, timestep: i64) -> Result<f32> {
        let found = usize::try_from(timestep).ok().and_then(|index| self.cumprod.get(index));
        found.copied().ok_or_else(|| {
            let last = self.cumprod.len() - 1;
            EngineError::Setting(format!(
                "the model was trained with timesteps 0 to {last}, this run asks for {timestep}"
            ))
        })
    }

    /// At a timestep a step leads to, which may lie behind the last.
    pub(super) fn after(&self, timestep: i64) -> Result<f32> {
        if timestep >= 0 { self.at(timestep) } else { Ok(self.last) }
    }

    pub(super) fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let alpha = self.at(timestep as i64)?;
        let kept = original.f_mul_scalar(root(alpha))?;
        Ok(kept.f_add(&noise.f_mul_scalar(root(1.0 - alpha))?)?)
    }
}

/// The square root, computed in float32.
pub(super) fn root(x: f32) -> f64 {
    f64::from(x.sqrt())
}

/// Picture and noise in a sample whose share of picture is `alpha`.
pub(super) fn original_and_noise(
    prediction: Prediction,
    output: &Tensor,
    sample: &Tensor,
    alpha: f32,
) -> Result<(Tensor, Tensor)> {
    let (kept, lost) = (root(alpha), root(1.0 - alpha));
    Ok(match prediction {
        Prediction::Epsilon => {
            let original = sample.f_sub(&output.f_mul_scalar(lost)?)?.f_div_scalar(kept)?;
            (original, output.shallow_clone())
        }
        Prediction::Sample => {
            let noise = sample.f_sub(&output.f_mul_scalar(kept)?)?.f_div_scalar(lost)?;
            (output.shallow_clone(), noise)
        }
        Prediction::VPrediction => {
            let original = sample.f_mul_scalar(kept)?.f_sub(&output.f_mul_scalar(lost)?)?;
            let noise = output.f_mul_scalar(kept)?.f_add(&sample.f_mul_scalar(lost)?)?;
            (original, noise)
        }
    })
}

/// Refuses more steps than the model was trained with.
pub(super) fn check_steps(name: &str, config: &SchedulerConfig, steps: usize) -> Result<()> {
    let training = config.num_train_timesteps();
    if steps > training {
        let reason = format!("`{name}` takes at most as many steps as the model was trained with, {training}: {steps}");
        return Err(EngineError::Setting(reason));
    }
    Ok(())
}
