//! Linear multistep: the directions of up to four steps, weighted as the polynomial through them.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_lms_discrete.py`, `LMSDiscreteScheduler`, after k-diffusion's
//! `sample_lms`.

use std::collections::VecDeque;

use tch::Tensor;

use super::exploding::{Exploding, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// How many directions are remembered.
const ORDER: usize = 4;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Lms {
    run: Exploding,
    /// Those of the latest steps, the newest first.
    derivatives: VecDeque<Tensor>,
}

impl Lms {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Unknown)?)?;
        let mut timesteps = spacing::single(spacing::even(config, steps));
        let mut sigmas = spacing::levels(&timesteps, &training);
        if config.karras(karras) {
            // Unlike other methods this one does not ask the configuration for the ends.
            let (max, min) = SchedulerConfig::default().karras_ends(&sigmas);
            (timesteps, sigmas) = spacing::karras_levels(max, min, steps, &training);
        }
        let sigmas = sigmas.into_iter().map(|sigma| sigma as f32).chain([0.0]).collect();
        let run = Exploding::new(config.prediction(), spacing::single(timesteps), sigmas);
        Ok(Self { run, derivatives: VecDeque::new() })
    }

    /// How the direction `back` steps ago counts in the step from `index` on, out of `order`: the integral of the polynomial
    /// that is 1 at its own level and 0 at the others'.
    fn coefficient(&self, order: usize, index: usize, back: usize) -> f64 {
        let level = |back: usize| f64::from(self.run.sigmas[index - back]);
        let basis = |sigma: f64| -> f64 {
            let others = (0..order).filter(|other| *other != back);
            others.map(|other| (sigma - level(other)) / (level(back) - level(other))).product()
        };
        // Gauss' rule with two points is exact for polynomials up to the third degree.
        let (from, to) = (level(0), f64::from(self.run.sigmas[index + 1]));
        let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
        let offset = half / 3f64.sqrt();
        half * (basis(middle - offset) + basis(middle + offset))
    }
}

impl Scheduler for Lms {
    fn timesteps(&self) -> &[f64] {
        &self.run.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.run.sigmas
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.run.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, timestep: f64) -> Result<Tensor> {
        let index = self.run.index(timestep)?;
        scaled(sample, self.run.sigmas[index])
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        let sigma = self.run.sigmas[index];
        let original = self.run.original(output, sample, sigma)?;
        self.derivatives.push_front(sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?);
        self.derivatives.truncate(ORDER);
        // A run that begins in the middle has fewer directions than its place asks for, and goes on with those.
        let order = (index + 1).min(ORDER);
        let mut way = sample.f_zeros_like()?;
        for (back, derivative) in self.derivatives.iter().take(order).enumerate() {
            way = way.f_add(&derivative.f_mul_scalar(self.coefficient(order, index, back))?)?;
        }
        self.run.advance();
        Ok(Step { latents: sample.f_add(&way)?, predicted_original: Some(original) })
    }
}
