//! DPM-Solver-2 with new noise after each step.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_k_dpm_2_ancestral_discrete.py`, `KDPM2AncestralDiscreteScheduler`,
//! after k-diffusion's `sample_dpm_2_ancestral`.

use tch::Tensor;

use super::exploding::{Exploding, ancestral, doubled, scaled};
use super::kdpm2::{interleaved, levels};
use super::{Scheduler, SchedulerConfig, Step};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Kdpm2Ancestral {
    run: Exploding,
    /// For each level, doubled as the levels are: halfway down, the way down, and the noise that takes it up again.
    between: Vec<f32>,
    down: Vec<f32>,
    up: Vec<f32>,
    /// The latents a step began with, when it is halfway.
    began: Option<Tensor>,
}

impl Kdpm2Ancestral {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("kdpm_2_a")?;
        let (timesteps, sigmas, training) = levels(config, karras, steps)?;
        let (mut down, up): (Vec<f32>, Vec<f32>) = sigmas.windows(2).map(|pair| ancestral(pair[0], pair[1])).unzip();
        down.push(0.0);
        let levels = Tensor::f_from_slice(&sigmas)?;
        let between = levels.f_log()?.f_lerp(&Tensor::f_from_slice(&down)?.f_log()?, 0.5)?.f_exp()?;
        let mut between = Vec::<f32>::try_from(between)?;
        // The last step goes straight to 0.
        between[steps - 1..].fill(0.0);
        let timesteps = interleaved(&timesteps, &between[..steps - 1], &training);
        let up = [up, vec![0.0]].concat();
        Ok(Self {
            run: Exploding::new(prediction, timesteps, doubled(&sigmas)),
            between: doubled(&between),
            down: doubled(&down),
            up: doubled(&up),
            began: None,
        })
    }
}

impl Scheduler for Kdpm2Ancestral {
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
        let level = if self.began.is_none() { self.run.sigmas[index] } else { self.between[index - 1] };
        scaled(sample, level)
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        let (latents, original) = match self.began.take() {
            None => {
                let sigma = self.run.sigmas[index];
                let original = self.run.original(output, sample, sigma)?;
                let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
                let distance = f64::from(self.between[index] - sigma);
                self.began = Some(sample.shallow_clone());
                (sample.f_add(&derivative.f_mul_scalar(distance)?)?, original)
            }
            Some(began) => {
                let (sigma, between) = (self.run.sigmas[index - 1], self.between[index - 1]);
                let original = self.run.original(output, sample, between)?;
                let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(between))?;
                let distance = f64::from(self.down[index - 1] - sigma);
                let went = began.f_add(&derivative.f_mul_scalar(distance)?)?;
                let noise = generator.randn_like(output)?.f_mul_scalar(f64::from(self.up[index - 1]))?;
                (went.f_add(&noise)?, original)
            }
        };
        self.run.advance();
        Ok(Step { latents, predicted_original: Some(original) })
    }
}
