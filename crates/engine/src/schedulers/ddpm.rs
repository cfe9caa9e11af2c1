//! Denoising diffusion probabilistic models: noise after each step, as much as training's own chain has.
//!
//! Paper: <https://arxiv.org/abs/2006.11239>, algorithm 2 with formula 7.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_ddpm.py`, `DDPMScheduler`.

use tch::Tensor;

use super::alphas::{Alphas, check_steps, original_and_noise, root};
use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

/// Keeps a logarithm finite.
const LEAST_VARIANCE: f32 = 1e-20;

/// How much noise a step adds.
#[derive(Debug, Clone, Copy)]
enum Variance {
    Small,
    SmallLog,
    Large,
}

/// The method in the course of a run.
#[derive(Debug)]
pub struct Ddpm {
    prediction: Prediction,
    alphas: Alphas,
    clip: Option<f64>,
    variance: Variance,
    timesteps: Vec<f64>,
}

impl Ddpm {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        check_steps("ddpm", config, steps)?;
        let variance = match config.variance_type.as_deref() {
            None | Some("fixed_small") => Variance::Small,
            Some("fixed_small_log") => Variance::SmallLog,
            Some("fixed_large") => Variance::Large,
            Some(other) => {
                let reason = format!(
                    "the model's scheduler configuration sets `variance_type` to what is not supported: {other}"
                );
                return Err(EngineError::Setting(reason));
            }
        };
        let cumprod = noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Exact)?;
        // Unlike other methods this one always ends with the picture alone.
        let alphas = Alphas::new(&SchedulerConfig::default(), cumprod, true);
        Ok(Self {
            prediction: config.prediction(),
            alphas,
            clip: config.clip_sample.unwrap_or(true).then(|| config.clip_sample_range.unwrap_or(1.0)),
            variance,
            timesteps: spacing::whole(config, steps),
        })
    }

    /// The timestep after this one, -1 after the last.
    fn after(&self, timestep: f64) -> Result<i64> {
        let place = self.timesteps.iter().position(|own| *own == timestep);
        let place = place.ok_or_else(|| EngineError::Setting(format!("{timestep} is not a timestep of this run")))?;
        Ok(self.timesteps.get(place + 1).map_or(-1, |next| *next as i64))
    }
}

impl Scheduler for Ddpm {
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
        let alpha = self.alphas.at(timestep as i64)?;
        let alpha_after = self.alphas.after(self.after(timestep)?)?;
        let (beta, beta_after) = (1.0 - alpha, 1.0 - alpha_after);
        let step_alpha = alpha / alpha_after;
        let step_beta = 1.0 - step_alpha;
        let (original, _) = original_and_noise(self.prediction, output, sample, alpha)?;
        let original = match self.clip {
            Some(range) => original.f_clamp(-range, range)?,
            None => original,
        };
        let of_original = original.f_mul_scalar(f64::from(alpha_after.sqrt() * step_beta / beta))?;
        let of_sample = sample.f_mul_scalar(f64::from(step_alpha.sqrt() * beta_after / beta))?;
        let mut latents = of_original.f_add(&of_sample)?;
        if timestep > 0.0 {
            let small = (beta_after / beta * step_beta).max(LEAST_VARIANCE);
            let deviation = match self.variance {
                Variance::Small => root(small),
                Variance::SmallLog => f64::from((0.5 * small.ln()).exp()),
                Variance::Large => root(step_beta),
            };
            latents = latents.f_add(&generator.randn_like(output)?.f_mul_scalar(deviation)?)?;
        }
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
