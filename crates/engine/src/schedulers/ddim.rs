//! Denoising diffusion implicit models, the deterministic kind (`eta` 0).
//!
//! Paper: <https://arxiv.org/abs/2010.02502>, formulas 12 and 16.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_ddim.py`, `DDIMScheduler`.

use tch::Tensor;

use super::scalar::sqrt;
use super::{Prediction, Scheduler, SchedulerConfig, Spacing, Step, noise, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

/// The method in the course of a run.
#[derive(Debug)]
pub struct Ddim {
    prediction: Prediction,
    alphas_cumprod: Vec<f32>,
    final_alpha: f32,
    clip: Option<f64>,
    stride: i64,
    timesteps: Vec<f64>,
}

impl Ddim {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let training = config.num_train_timesteps();
        if steps > training {
            let reason =
                format!("`ddim` takes at most as many steps as the model was trained with, {training}: {steps}");
            return Err(EngineError::Setting(reason));
        }
        let alphas_cumprod = noise::alphas_cumprod(config, false)?;
        let to_one = config.set_alpha_to_one.unwrap_or(true);
        Ok(Self {
            prediction: config.prediction(),
            final_alpha: if to_one { 1.0 } else { alphas_cumprod[0] },
            alphas_cumprod,
            clip: config.clip_sample.unwrap_or(true).then(|| config.clip_sample_range.unwrap_or(1.0)),
            stride: (training / steps) as i64,
            timesteps: timesteps(config, steps),
        })
    }

    fn alpha_at(&self, timestep: i64) -> Result<f32> {
        let found = usize::try_from(timestep).ok().and_then(|index| self.alphas_cumprod.get(index));
        found.copied().ok_or_else(|| {
            let last = self.alphas_cumprod.len() - 1;
            EngineError::Setting(format!(
                "the model was trained with timesteps 0 to {last}, this run asks for {timestep}"
            ))
        })
    }
}

fn timesteps(config: &SchedulerConfig, steps: usize) -> Vec<f64> {
    let training = config.num_train_timesteps();
    match config.timestep_spacing.unwrap_or(Spacing::Leading) {
        Spacing::Linspace => {
            let rising = spacing::linspace(0.0, (training - 1) as f64, steps);
            rising.into_iter().rev().map(f64::round_ties_even).collect()
        }
        Spacing::Leading => {
            let ratio = training / steps;
            (0..steps).rev().map(|i| ((i * ratio) as i64 + config.steps_offset()) as f64).collect()
        }
        Spacing::Trailing => spacing::trailing(training, training as f64 / steps as f64),
    }
}

impl Scheduler for Ddim {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let alpha = self.alpha_at(timestep as i64)?;
        let kept = original.f_mul_scalar(f64::from(sqrt(alpha)?))?;
        Ok(kept.f_add(&noise.f_mul_scalar(f64::from(sqrt(1.0 - alpha)?))?)?)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let timestep = timestep as i64;
        let previous = timestep - self.stride;
        let alpha = self.alpha_at(timestep)?;
        let alpha_prev = if previous >= 0 { self.alpha_at(previous)? } else { self.final_alpha };
        let (kept, lost) = (f64::from(sqrt(alpha)?), f64::from(sqrt(1.0 - alpha)?));

        let (original, epsilon) = match self.prediction {
            Prediction::Epsilon => {
                let original = sample.f_sub(&output.f_mul_scalar(lost)?)?.f_div_scalar(kept)?;
                (original, output.shallow_clone())
            }
            Prediction::Sample => {
                let epsilon = sample.f_sub(&output.f_mul_scalar(kept)?)?.f_div_scalar(lost)?;
                (output.shallow_clone(), epsilon)
            }
            Prediction::VPrediction => {
                let original = sample.f_mul_scalar(kept)?.f_sub(&output.f_mul_scalar(lost)?)?;
                let epsilon = output.f_mul_scalar(kept)?.f_add(&sample.f_mul_scalar(lost)?)?;
                (original, epsilon)
            }
        };
        let original = match self.clip {
            Some(range) => original.f_clamp(-range, range)?,
            None => original,
        };
        let direction = epsilon.f_mul_scalar(f64::from(sqrt(1.0 - alpha_prev)?))?;
        let latents = original.f_mul_scalar(f64::from(sqrt(alpha_prev)?))?.f_add(&direction)?;
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
