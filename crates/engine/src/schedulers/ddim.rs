//! Denoising diffusion implicit models, the deterministic kind (`eta` 0).
//!
//! Paper: <https://arxiv.org/abs/2010.02502>, formulas 12 and 16.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_ddim.py`, `DDIMScheduler`.

use tch::Tensor;

use super::alphas::{Alphas, check_steps, original_and_noise, root};
use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Ddim {
    prediction: Prediction,
    alphas: Alphas,
    clip: Option<f64>,
    stride: i64,
    timesteps: Vec<f64>,
}

impl Ddim {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        check_steps("ddim", config, steps)?;
        let cumprod = noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Exact)?;
        Ok(Self {
            prediction: config.prediction(),
            alphas: Alphas::new(config, cumprod, true),
            clip: config.clip_sample.unwrap_or(true).then(|| config.clip_sample_range.unwrap_or(1.0)),
            stride: (config.num_train_timesteps() / steps) as i64,
            timesteps: spacing::whole(config, steps),
        })
    }
}

impl Scheduler for Ddim {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.alphas.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let timestep = timestep as i64;
        let alpha = self.alphas.at(timestep)?;
        let alpha_after = self.alphas.after(timestep - self.stride)?;
        let (original, noise) = original_and_noise(self.prediction, output, sample, alpha)?;
        let original = match self.clip {
            Some(range) => original.f_clamp(-range, range)?,
            None => original,
        };
        let direction = noise.f_mul_scalar(root(1.0 - alpha_after))?;
        let latents = original.f_mul_scalar(root(alpha_after))?.f_add(&direction)?;
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
