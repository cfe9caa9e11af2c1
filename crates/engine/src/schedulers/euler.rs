//! Euler's method over the noise levels.
//!
//! Paper: <https://arxiv.org/abs/2206.00364>, algorithm 2 without churn.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_discrete.py`, `EulerDiscreteScheduler`.

use tch::{Kind, Tensor};

use super::scalar::sqrt;
use super::{FinalSigma, Prediction, Scheduler, SchedulerConfig, Spacing, Step, noise, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

/// The method in the course of a run.
#[derive(Debug)]
pub struct Euler {
    prediction: Prediction,
    timesteps: Vec<f64>,
    sigmas: Vec<f32>,
    index: Option<usize>,
}

impl Euler {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, true)?)?;
        let mut timesteps = timesteps(config, steps);
        let mut sigmas: Vec<f64> = timesteps.iter().map(|t| spacing::interpolate(&training, *t)).collect();
        if config.karras(karras) {
            let (max, min) = (sigmas[0], sigmas[sigmas.len() - 1]);
            sigmas = spacing::karras(config.sigma_max.unwrap_or(max), config.sigma_min.unwrap_or(min), steps);
            timesteps = sigmas.iter().map(|sigma| spacing::sigma_to_timestep(*sigma, &training)).collect();
        }
        let last = match config.final_sigmas_type.unwrap_or(FinalSigma::Zero) {
            FinalSigma::Zero => 0.0,
            FinalSigma::SigmaMin => training[0],
        };
        Ok(Self {
            prediction: config.prediction(),
            // Timesteps are float32 in the reference, and compared and embedded as such.
            timesteps: timesteps.into_iter().map(|t| f64::from(t as f32)).collect(),
            sigmas: sigmas.into_iter().map(|sigma| sigma as f32).chain([last]).collect(),
            index: None,
        })
    }

    /// The noise level at each timestep, and after the last.
    pub fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    fn index_at(&self, timestep: f64) -> Result<usize> {
        spacing::index_of(&self.timesteps, timestep)
            .ok_or_else(|| EngineError::Setting(format!("{timestep} is not a timestep of this run")))
    }

    /// The place in the run, from the first timestep it is used at on.
    fn index(&mut self, timestep: f64) -> Result<usize> {
        let index = match self.index {
            Some(index) => index,
            None => self.index_at(timestep)?,
        };
        if index >= self.timesteps.len() {
            return Err(EngineError::Setting(format!("the run of {} steps is over", self.timesteps.len())));
        }
        self.index = Some(index);
        Ok(index)
    }
}

fn timesteps(config: &SchedulerConfig, steps: usize) -> Vec<f64> {
    let training = config.num_train_timesteps();
    match config.timestep_spacing.unwrap_or(Spacing::Linspace) {
        Spacing::Linspace => {
            let rising = spacing::linspace(0.0, (training - 1) as f64, steps);
            rising.into_iter().rev().map(|t| f64::from(t as f32)).collect()
        }
        Spacing::Leading => {
            let ratio = training / steps;
            (0..steps).rev().map(|i| ((i * ratio) as i64 + config.steps_offset()) as f64).collect()
        }
        Spacing::Trailing => spacing::trailing(training, training as f64 / steps as f64),
    }
}

impl Scheduler for Euler {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let sigma = f64::from(self.sigmas[self.index_at(timestep)?]);
        Ok(original.f_add(&noise.f_mul_scalar(sigma)?)?)
    }

    fn scale_model_input(&mut self, sample: &Tensor, timestep: f64) -> Result<Tensor> {
        let index = self.index(timestep)?;
        let sigma = self.sigmas[index];
        Ok(sample.f_div_scalar(f64::from(sqrt(sigma * sigma + 1.0)?))?)
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.index(timestep)?;
        let (sigma, next) = (self.sigmas[index], self.sigmas[index + 1]);
        let sample = sample.f_to_kind(Kind::Float)?;
        let original = match self.prediction {
            Prediction::Sample => output.shallow_clone(),
            Prediction::Epsilon => sample.f_sub(&output.f_mul_scalar(f64::from(sigma))?)?,
            Prediction::VPrediction => {
                let variance = sigma * sigma + 1.0;
                let skipped = sample.f_div_scalar(f64::from(variance))?;
                output.f_mul_scalar(f64::from(-sigma / sqrt(variance)?))?.f_add(&skipped)?
            }
        };
        let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
        let latents = sample.f_add(&derivative.f_mul_scalar(f64::from(next - sigma))?)?;
        self.index = Some(index + 1);
        Ok(Step { latents: latents.f_to_kind(output.kind())?, predicted_original: Some(original) })
    }
}
