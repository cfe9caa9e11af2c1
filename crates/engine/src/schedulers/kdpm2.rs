//! DPM-Solver-2: each step goes halfway, looks there, and then goes all of the way in the direction seen.
//!
//! Paper: <https://arxiv.org/abs/2206.00364>, algorithm 2 with the midpoint of the logarithms.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_k_dpm_2_discrete.py`, `KDPM2DiscreteScheduler`, after k-diffusion's
//! `sample_dpm_2`.

use tch::Tensor;

use super::exploding::{Exploding, doubled, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Kdpm2 {
    run: Exploding,
    /// Between each level and the one before, doubled as the levels are.
    between: Vec<f32>,
    /// The latents a step began with, when it is halfway.
    began: Option<Tensor>,
}

impl Kdpm2 {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("kdpm_2")?;
        let (timesteps, sigmas, training) = levels(config, karras, steps)?;
        let levels = Tensor::f_from_slice(&sigmas)?;
        let between = levels.f_log()?.f_lerp(&levels.f_roll([1], [0])?.f_log()?, 0.5)?.f_exp()?;
        let between = Vec::<f32>::try_from(between)?;
        let timesteps = interleaved(&timesteps, &between[1..steps], &training);
        Ok(Self {
            run: Exploding::new(prediction, timesteps, doubled(&sigmas)),
            between: doubled(&between),
            began: None,
        })
    }
}

/// Timesteps, noise levels down to 0, and those of training, as both methods of this kind begin.
pub(super) fn levels(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<(Vec<f64>, Vec<f32>, Vec<f32>)> {
    let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::LATENT_LINEAR, ZeroSnr::Unknown)?)?;
    let mut timesteps = spacing::single(spacing::even(config, steps));
    let mut sigmas = spacing::levels(&timesteps, &training);
    if config.karras(karras) {
        let (max, min) = config.karras_ends(&sigmas);
        (timesteps, sigmas) = spacing::karras_levels(max, min, steps, &training);
        timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
    }
    let sigmas = sigmas.into_iter().map(|sigma| sigma as f32).chain([0.0]).collect();
    Ok((timesteps, sigmas, training))
}

/// The timesteps with those of the levels between in their places.
pub(super) fn interleaved(timesteps: &[f64], between: &[f32], training: &[f32]) -> Vec<f64> {
    let Some((first, rest)) = timesteps.split_first() else { return Vec::new() };
    let between = between.iter().map(|sigma| spacing::sigma_to_timestep(f64::from(*sigma), training)).collect();
    let pairs = spacing::single(between).into_iter().zip(rest).flat_map(|(between, next)| [between, *next]);
    [*first].into_iter().chain(pairs).collect()
}

impl Scheduler for Kdpm2 {
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
        let levels = if self.began.is_none() { &self.run.sigmas } else { &self.between };
        scaled(sample, levels[index])
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        // Where the model looked, where the whole step began and where this part of it leads.
        let (level, from, to) = match self.began {
            None => (self.run.sigmas[index], self.run.sigmas[index], self.between[index + 1]),
            Some(_) => (self.between[index], self.run.sigmas[index - 1], self.run.sigmas[index]),
        };
        let original = self.run.original(output, sample, level)?;
        let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(level))?;
        let start = match self.began.take() {
            Some(began) => began,
            None => {
                self.began = Some(sample.shallow_clone());
                sample.shallow_clone()
            }
        };
        let latents = start.f_add(&derivative.f_mul_scalar(f64::from(to - from))?)?;
        self.run.advance();
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
