//! Trajectory consistency distillation, the stochastic kind (`eta` 1): each call foresees the nearly finished picture, and the
//! next begins from that with new noise.
//!
//! Paper: <https://arxiv.org/abs/2402.19159>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_tcd.py`, `TCDScheduler`, with the `eta` of InvokeAI 6.14.2.

use tch::Tensor;

use super::alphas::{Alphas, original_and_noise, root};
use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, distilled, spacing};
use crate::Result;
use crate::random::Generator;

/// Where each call aims at `eta` 1: the least noisy timestep.
const TARGET: i64 = 0;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Tcd {
    prediction: Prediction,
    alphas: Alphas,
    timesteps: Vec<f64>,
    index: Option<usize>,
}

impl Tcd {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let cumprod = noise::alphas_cumprod(config, Betas::LATENT, ZeroSnr::Exact)?;
        Ok(Self {
            prediction: config.prediction(),
            alphas: Alphas::new(config, cumprod, true),
            timesteps: distilled::timesteps("tcd", config, steps)?,
            index: None,
        })
    }
}

impl Scheduler for Tcd {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.alphas.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = spacing::place(self.index, &self.timesteps, timestep)?;
        let alpha = self.alphas.at(timestep as i64)?;
        let (original, noise) = original_and_noise(self.prediction, output, sample, alpha)?;
        let target = self.alphas.at(TARGET)?;
        let foreseen = original.f_mul_scalar(root(target))?.f_add(&noise.f_mul_scalar(root(1.0 - target))?)?;
        let latents = match self.timesteps.get(index + 1) {
            None => foreseen,
            Some(next) => {
                let kept = self.alphas.at(*next as i64)? / target;
                let noise = generator.randn_like(output)?.f_mul_scalar(root(1.0 - kept))?;
                foreseen.f_mul_scalar(root(kept))?.f_add(&noise)?
            }
        };
        self.index = Some(index + 1);
        Ok(Step { latents, predicted_original: None })
    }
}
