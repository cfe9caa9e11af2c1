//! What the solvers share that see a noisy picture as a mix of picture and noise, and step in `lambda`, half the logarithm of
//! the ratio of both.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_dpmsolver_multistep.py`, which the other classes repeat.

use tch::Tensor;

use super::noise::{self, Betas, ZeroSnr};
use super::scalar::{exp, ln, sqrt};
use super::{FinalSigma, Prediction, SchedulerConfig, spacing};
use crate::{EngineError, Result};

/// A noise level as the solvers see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// Share of the picture.
    pub(super) alpha: f32,
    /// Share of the noise.
    pub(super) sigma: f32,
    /// Half the logarithm of the ratio of picture to noise; infinite without noise.
    pub(super) lambda: f32,
}

impl Level {
    pub(super) fn new(sigma: f32) -> Result<Self> {
        let alpha = 1.0 / sqrt(sigma * sigma + 1.0)?;
        let sigma = sigma * alpha;
        Ok(Self { alpha, sigma, lambda: ln(alpha)? - ln(sigma)? })
    }
}

/// The noise of training with which a run's table is made.
pub(super) struct Training {
    /// Share of the picture's variance at each timestep.
    pub(super) alphas: Vec<f32>,
    /// Noise level at each timestep.
    pub(super) sigmas: Vec<f32>,
}

impl Training {
    pub(super) fn new(config: &SchedulerConfig, betas: Betas, zero_snr: ZeroSnr) -> Result<Self> {
        let alphas = noise::alphas_cumprod(config, betas, zero_snr)?;
        let sigmas = noise::training_sigmas(&alphas)?;
        Ok(Self { alphas, sigmas })
    }

    /// Timesteps and noise levels that Karras et al. would choose out of all of training.
    pub(super) fn karras(&self, config: &SchedulerConfig, steps: usize) -> (Vec<f64>, Vec<f64>) {
        let all: Vec<f64> = self.sigmas.iter().rev().map(|sigma| f64::from(*sigma)).collect();
        let (max, min) = config.karras_ends(&all);
        spacing::karras_levels(max, min, steps, &self.sigmas)
    }

    /// How many timesteps are not so noisy that the solver's logarithms explode; the cosine schedule has some that are.
    pub(super) fn usable(&self, config: &SchedulerConfig) -> Result<usize> {
        let clip = config.lambda_min_clipped.unwrap_or(f64::NEG_INFINITY);
        let lambda = |alpha: &f32| f64::from(alpha.sqrt().ln() - (1.0 - alpha).sqrt().ln());
        match self.alphas.len() - self.alphas.iter().filter(|alpha| lambda(alpha) < clip).count() {
            0 => Err(unsupported("lambda_min_clipped", &clip.to_string())),
            usable => Ok(usable),
        }
    }

    /// The noise level after the last step.
    pub(super) fn last(&self, config: &SchedulerConfig) -> f32 {
        match config.final_sigmas_type.unwrap_or(FinalSigma::Zero) {
            FinalSigma::Zero => 0.0,
            FinalSigma::SigmaMin => self.sigmas[0],
        }
    }
}

/// The timesteps of a run with their noise levels, and where in it a method stands.
#[derive(Debug)]
pub(super) struct Preserving {
    pub(super) prediction: Prediction,
    pub(super) timesteps: Vec<f64>,
    /// At each timestep, and after the last.
    pub(super) sigmas: Vec<f32>,
    index: Option<usize>,
}

impl Preserving {
    pub(super) fn new(prediction: Prediction, timesteps: Vec<f64>, sigmas: &[f64], last: f32) -> Self {
        let sigmas = sigmas.iter().map(|sigma| *sigma as f32).chain([last]).collect();
        let timesteps = timesteps.into_iter().map(f64::trunc).collect();
        Self { prediction, timesteps, sigmas, index: None }
    }

    /// The place of a timestep in the run; an unknown one counts as the last, as in the reference.
    fn place(&self, timestep: f64) -> usize {
        spacing::index_of(&self.timesteps, timestep).unwrap_or(self.timesteps.len() - 1)
    }

    /// The place in the run, from the first timestep it is used at on.
    pub(super) fn index(&mut self, timestep: f64) -> Result<usize> {
        let index = self.index.unwrap_or_else(|| self.place(timestep));
        if index >= self.timesteps.len() {
            return Err(EngineError::Setting(format!("the run of {} steps is over", self.timesteps.len())));
        }
        self.index = Some(index);
        Ok(index)
    }

    /// To the next timestep.
    pub(super) fn advance(&mut self) {
        self.index = self.index.map(|index| index + 1);
    }

    /// Timesteps left at a place, that one included.
    pub(super) fn left(&self, index: usize) -> usize {
        self.timesteps.len() - index
    }

    pub(super) fn level(&self, index: usize) -> Result<Level> {
        Level::new(self.sigmas[index])
    }

    pub(super) fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let level = self.level(self.place(timestep))?;
        let kept = original.f_mul_scalar(f64::from(level.alpha))?;
        Ok(kept.f_add(&noise.f_mul_scalar(f64::from(level.sigma))?)?)
    }

    /// The picture in a sample, as the model's output has it.
    pub(super) fn original(&self, output: &Tensor, sample: &Tensor, level: Level) -> Result<Tensor> {
        let (alpha, sigma) = (f64::from(level.alpha), f64::from(level.sigma));
        Ok(match self.prediction {
            Prediction::Epsilon => sample.f_sub(&output.f_mul_scalar(sigma)?)?.f_div_scalar(alpha)?,
            Prediction::Sample => output.shallow_clone(),
            Prediction::VPrediction => sample.f_mul_scalar(alpha)?.f_sub(&output.f_mul_scalar(sigma)?)?,
        })
    }
}

/// The terms of a step's sum in DPM-Solver++: the sample, the newest prediction, the first and second differences of the
/// predictions, and noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub(super) sample: f32,
    pub(super) d0: f32,
    /// After Heun; the midpoint rule takes half of `d0`.
    pub(super) d1: f32,
    pub(super) d2: f32,
    pub(super) noise: f32,
    /// Distance of the levels in `lambda`.
    pub(super) h: f32,
}

impl Weights {
    /// From one level to the next, with noise on the way if `stochastic`.
    pub(super) fn new(from: Level, to: Level, stochastic: bool) -> Result<Self> {
        let h = to.lambda - from.lambda;
        if stochastic {
            let decay = 1.0 - exp(-2.0 * h)?;
            return Ok(Self {
                sample: to.sigma / from.sigma * exp(-h)?,
                d0: to.alpha * decay,
                d1: to.alpha * (decay / (-2.0 * h) + 1.0),
                d2: to.alpha * ((decay - 2.0 * h) / (2.0 * h * (2.0 * h)) - 0.5),
                noise: to.sigma * sqrt(decay)?,
                h,
            });
        }
        let growth = exp(-h)? - 1.0;
        Ok(Self {
            sample: to.sigma / from.sigma,
            d0: -(to.alpha * growth),
            d1: to.alpha * (growth / h + 1.0),
            d2: -(to.alpha * ((growth + h) / (h * h) - 0.5)),
            noise: 0.0,
            h,
        })
    }
}

/// The kinds of DPM-Solver++.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    /// Noise in every step.
    pub(super) stochastic: bool,
    /// Heun's rule in place of the midpoint's.
    pub(super) heun: bool,
}

impl Algorithm {
    /// What the configuration says, where a name asks for `algorithm` or leaves the choice.
    pub(super) fn new(config: &SchedulerConfig, algorithm: Option<&str>) -> Result<Self> {
        let stochastic = match config.algorithm(algorithm).as_str() {
            super::config::DPMPP | "deis" => false,
            SDE => true,
            other => return Err(unsupported("algorithm_type", other)),
        };
        let heun = match config.solver_type.as_deref() {
            None | Some("midpoint" | "logrho" | "bh1" | "bh2") => false,
            Some("heun") => true,
            Some(other) => return Err(unsupported("solver_type", other)),
        };
        Ok(Self { stochastic, heun })
    }
}

/// The algorithm with noise in every step.
pub(super) const SDE: &str = "sde-dpmsolver++";
/// Runs shorter than this end with lower orders, which is steadier.
pub(super) const SHORT_RUN: usize = 15;

pub(super) fn unsupported(key: &str, value: &str) -> EngineError {
    EngineError::Setting(format!("the model's scheduler configuration sets `{key}` to what is not supported: {value}"))
}
