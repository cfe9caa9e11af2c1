//! Euler's method over the noise levels.
//!
//! Paper: <https://arxiv.org/abs/2206.00364>, algorithm 2 without churn.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_discrete.py`, `EulerDiscreteScheduler`.

use tch::{Kind, Tensor};

use super::exploding::{Exploding, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::{FinalSigma, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Euler(Exploding);

impl Euler {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Nearly)?)?;
        let mut timesteps = spacing::single(spacing::even(config, steps));
        let mut sigmas = spacing::levels(&timesteps, &training);
        if config.karras(karras) {
            let (max, min) = config.karras_ends(&sigmas);
            (timesteps, sigmas) = spacing::karras_levels(max, min, steps, &training);
        }
        let last = match config.final_sigmas_type.unwrap_or(FinalSigma::Zero) {
            FinalSigma::Zero => 0.0,
            FinalSigma::SigmaMin => training[0],
        };
        let sigmas = sigmas.into_iter().map(|sigma| sigma as f32).chain([last]).collect();
        Ok(Self(Exploding::new(config.prediction(), spacing::single(timesteps), sigmas)))
    }
}

impl Scheduler for Euler {
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

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.0.index(timestep)?;
        let (sigma, next) = (self.0.sigmas[index], self.0.sigmas[index + 1]);
        let sample = sample.f_to_kind(Kind::Float)?;
        let original = self.0.original(output, &sample, sigma)?;
        let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
        let latents = sample.f_add(&derivative.f_mul_scalar(f64::from(next - sigma))?)?;
        self.0.advance();
        Ok(Step { latents: latents.f_to_kind(output.kind())?, predicted_original: Some(original) })
    }
}
