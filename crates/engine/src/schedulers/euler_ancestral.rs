//! Euler's method with new noise after each step.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_ancestral_discrete.py`, `EulerAncestralDiscreteScheduler`,
//! after k-diffusion's `sample_euler_ancestral`.

use tch::{Kind, Tensor};

use super::exploding::{Exploding, ancestral, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct EulerAncestral(Exploding);

impl EulerAncestral {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("euler_a")?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Nearly)?)?;
        let timesteps = spacing::single(spacing::even(config, steps));
        let sigmas = spacing::levels(&timesteps, &training).into_iter().map(|sigma| sigma as f32);
        let sigmas = sigmas.chain([0.0]).collect();
        Ok(Self(Exploding::new(prediction, timesteps, sigmas)))
    }
}

impl Scheduler for EulerAncestral {
    fn timesteps(&self) -> &[f64] {
        &self.0.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.0.sigmas
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.0.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, timestep: f64) -> Result<Tensor> {
        let index = self.0.index(timestep)?;
        scaled(sample, self.0.sigmas[index])
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = self.0.index(timestep)?;
        let (sigma, next) = (self.0.sigmas[index], self.0.sigmas[index + 1]);
        let (down, up) = ancestral(sigma, next);
        let sample = sample.f_to_kind(Kind::Float)?;
        let original = self.0.original(output, &sample, sigma)?;
        let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
        let latents = sample.f_add(&derivative.f_mul_scalar(f64::from(down - sigma))?)?;
        // Also after the last step, where it counts for nothing: the stream of noise is the reference's.
        let noise = generator.randn_like(output)?;
        let latents = latents.f_add(&noise.f_mul_scalar(f64::from(up))?)?;
        self.0.advance();
        Ok(Step { latents: latents.f_to_kind(output.kind())?, predicted_original: Some(original) })
    }
}
