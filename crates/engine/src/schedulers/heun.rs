//! Heun's method: each step is taken twice, and the mean of both directions counts.
//!
//! Paper: <https://arxiv.org/abs/2206.00364>, algorithm 1.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_heun_discrete.py`, `HeunDiscreteScheduler`.

use tch::Tensor;

use super::exploding::{Exploding, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Heun {
    run: Exploding,
    clip: Option<f64>,
    half: Option<HalfStep>,
}

/// What the first half of a step leaves to the second.
#[derive(Debug)]
struct HalfStep {
    sample: Tensor,
    derivative: Tensor,
    distance: f32,
}

impl Heun {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::LATENT_LINEAR, ZeroSnr::Unknown)?)?;
        let mut timesteps = spacing::single(spacing::even(config, steps));
        let mut sigmas = spacing::levels(&timesteps, &training);
        if config.karras(karras) {
            let (max, min) = config.karras_ends(&sigmas);
            (timesteps, sigmas) = spacing::karras_levels(max, min, steps, &training);
        }
        // Between two levels the model is asked at both ends: once for the way there, once for the way on.
        let twice = |values: Vec<f64>| {
            values.into_iter().enumerate().flat_map(|(i, value)| std::iter::repeat_n(value, if i == 0 { 1 } else { 2 }))
        };
        let timesteps = spacing::single(twice(timesteps).collect());
        let sigmas = twice(sigmas).map(|sigma| sigma as f32).chain([0.0]).collect();
        let clip = (config.clip_sample == Some(true)).then(|| config.clip_sample_range.unwrap_or(1.0));
        Ok(Self { run: Exploding::new(config.prediction(), timesteps, sigmas), clip, half: None })
    }
}

impl Scheduler for Heun {
    fn timesteps(&self) -> &[f64] {
        &self.run.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.run.sigmas
    }

    fn order(&self) -> usize {
        2
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
        let original = match self.clip {
            Some(range) => original.f_clamp(-range, range)?,
            None => original,
        };
        let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
        let latents = match self.half.take() {
            None => {
                let distance = self.run.sigmas[index + 1] - sigma;
                let latents = sample.f_add(&derivative.f_mul_scalar(f64::from(distance))?)?;
                self.half = Some(HalfStep { sample: sample.shallow_clone(), derivative, distance });
                latents
            }
            Some(first) => {
                let mean = first.derivative.f_add(&derivative)?.f_div_scalar(2.0)?;
                first.sample.f_add(&mean.f_mul_scalar(f64::from(first.distance))?)?
            }
        };
        self.run.advance();
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
