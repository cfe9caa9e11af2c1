//! DPM-Solver++ of second and third order, which remembers the predictions of earlier steps.
//!
//! Papers: <https://arxiv.org/abs/2206.00927>, <https://arxiv.org/abs/2211.01095>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_dpmsolver_multistep.py`, `DPMSolverMultistepScheduler` with
//! `algorithm_type` `dpmsolver++` or `sde-dpmsolver++`.

use std::collections::VecDeque;

use tch::{Kind, Tensor};

use super::config::DPMPP;
use super::scalar::{exp, ln, sqrt};
use super::{BetaSchedule, FinalSigma, Prediction, Scheduler, SchedulerConfig, Spacing, Step, noise, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

const SDE: &str = "sde-dpmsolver++";
/// Runs shorter than this end with lower orders, which is steadier.
const SHORT_RUN: usize = 15;

/// The method in the course of a run.
#[derive(Debug)]
pub struct DpmppMultistep {
    prediction: Prediction,
    order: usize,
    stochastic: bool,
    heun: bool,
    lower_order_final: bool,
    last_step_first_order: bool,
    timesteps: Vec<f64>,
    sigmas: Vec<f32>,
    /// Predicted originals of the latest steps, the newest first, at most `order`.
    predictions: VecDeque<Tensor>,
    index: Option<usize>,
}

impl DpmppMultistep {
    /// For a run of `steps` steps: `order` 2 or 3, with noise in every step if `stochastic`, with the noise levels of
    /// Karras et al. if asked. The model's configuration may overrule each.
    pub fn new(config: &SchedulerConfig, order: usize, stochastic: bool, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let stochastic = match config.algorithm(stochastic.then_some(SDE)).as_str() {
            DPMPP | "deis" => false,
            SDE => true,
            other => return Err(unsupported("algorithm_type", other)),
        };
        let heun = match config.solver_type.as_deref() {
            None | Some("midpoint" | "logrho" | "bh1" | "bh2") => false,
            Some("heun") => true,
            Some(other) => return Err(unsupported("solver_type", other)),
        };
        let order = config.order(order);
        if !(1..=3).contains(&order) {
            return Err(unsupported("solver_order", &order.to_string()));
        }

        let alphas = noise::alphas_cumprod(config, true)?;
        let training = noise::training_sigmas(&alphas)?;
        let mut timesteps = timesteps(config, &alphas, steps)?;
        let mut sigmas: Vec<f64> = timesteps.iter().map(|t| spacing::interpolate(&training, *t)).collect();
        if config.karras(karras) {
            let (max, min) = (f64::from(training[training.len() - 1]), f64::from(training[0]));
            sigmas = spacing::karras(config.sigma_max.unwrap_or(max), config.sigma_min.unwrap_or(min), steps);
            timesteps = sigmas.iter().map(|sigma| spacing::sigma_to_timestep(*sigma, &training)).collect();
            if config.beta_schedule != Some(BetaSchedule::SquaredcosCapV2) {
                timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
            }
        }
        let final_sigma = config.final_sigmas_type.unwrap_or(FinalSigma::Zero);
        let last = match final_sigma {
            FinalSigma::Zero => 0.0,
            FinalSigma::SigmaMin => training[0],
        };
        let lower_order_final = config.lower_order_final.unwrap_or(true);
        let short = timesteps.len() < SHORT_RUN;
        Ok(Self {
            prediction: config.prediction(),
            order,
            stochastic,
            heun,
            lower_order_final: lower_order_final && short,
            last_step_first_order: config.euler_at_final == Some(true)
                || (lower_order_final && short)
                || final_sigma == FinalSigma::Zero,
            timesteps: timesteps.into_iter().map(f64::trunc).collect(),
            sigmas: sigmas.into_iter().map(|sigma| sigma as f32).chain([last]).collect(),
            predictions: VecDeque::new(),
            index: None,
        })
    }

    /// The noise level at each timestep, and after the last.
    pub fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    /// The place of a timestep in the run; an unknown one counts as the last, as in the reference.
    fn index_at(&self, timestep: f64) -> usize {
        spacing::index_of(&self.timesteps, timestep).unwrap_or(self.timesteps.len() - 1)
    }

    fn predicted_original(&self, output: &Tensor, sample: &Tensor, level: Level) -> Result<Tensor> {
        let (alpha, sigma) = (f64::from(level.alpha), f64::from(level.sigma));
        Ok(match self.prediction {
            Prediction::Epsilon => sample.f_sub(&output.f_mul_scalar(sigma)?)?.f_div_scalar(alpha)?,
            Prediction::Sample => output.shallow_clone(),
            Prediction::VPrediction => sample.f_mul_scalar(alpha)?.f_sub(&output.f_mul_scalar(sigma)?)?,
        })
    }

    /// How many predictions the step at `index` may look at.
    fn order_at(&self, index: usize) -> usize {
        let left = self.timesteps.len() - index;
        let known = self.order.min(self.predictions.len());
        match left {
            1 if self.last_step_first_order => 1,
            2 if self.lower_order_final => known.min(2),
            _ => known,
        }
    }

    /// How the predictions, the newest first, are weighted in the step from `index` to the next level.
    fn weights(&self, index: usize, order: usize) -> Result<Weights> {
        let target = Level::new(self.sigmas[index + 1])?;
        let now = Level::new(self.sigmas[index])?;
        let h = target.lambda - now.lambda;
        let sample;
        let (d0, d1, d2);
        if self.stochastic {
            let decay = 1.0 - exp(-2.0 * h)?;
            sample = target.sigma / now.sigma * exp(-h)?;
            d0 = target.alpha * decay;
            d1 = target.alpha * (decay / (-2.0 * h) + 1.0);
            d2 = target.alpha * ((decay - 2.0 * h) / (2.0 * h * (2.0 * h)) - 0.5);
        } else {
            let growth = exp(-h)? - 1.0;
            sample = target.sigma / now.sigma;
            d0 = -(target.alpha * growth);
            d1 = target.alpha * (growth / h + 1.0);
            d2 = -(target.alpha * ((growth + h) / (h * h) - 0.5));
        }
        let noise = if self.stochastic { target.sigma * sqrt(1.0 - exp(-2.0 * h)?)? } else { 0.0 };
        // The midpoint rule, of second order only.
        let d1 = if order == 2 && !self.heun { 0.5 * d0 } else { d1 };
        Ok(Weights { sample, d0, d1, d2, noise, h, now })
    }

    /// The predictions' differences, scaled by the steps between them: first, and for the third order second.
    fn differences(&self, index: usize, order: usize, weights: &Weights) -> Result<Vec<Tensor>> {
        let lambda = |back: usize| Level::new(self.sigmas[index - back]).map(|level| level.lambda);
        let latest = &self.predictions;
        Ok(match order {
            2 => {
                let r0 = (weights.now.lambda - lambda(1)?) / weights.h;
                vec![latest[0].f_sub(&latest[1])?.f_mul_scalar(f64::from(1.0 / r0))?]
            }
            3 => {
                let (one, two) = (lambda(1)?, lambda(2)?);
                let (r0, r1) = ((weights.now.lambda - one) / weights.h, (one - two) / weights.h);
                let newer = latest[0].f_sub(&latest[1])?.f_mul_scalar(f64::from(1.0 / r0))?;
                let older = latest[1].f_sub(&latest[2])?.f_mul_scalar(f64::from(1.0 / r1))?;
                let bend = newer.f_sub(&older)?;
                let first = newer.f_add(&bend.f_mul_scalar(f64::from(r0 / (r0 + r1)))?)?;
                vec![first, bend.f_mul_scalar(f64::from(1.0 / (r0 + r1)))?]
            }
            _ => Vec::new(),
        })
    }
}

/// The terms of one step's sum.
#[derive(Debug, Clone, Copy)]
struct Weights {
    sample: f32,
    d0: f32,
    d1: f32,
    d2: f32,
    noise: f32,
    /// Distance to the next level in `lambda`.
    h: f32,
    now: Level,
}

/// A noise level as the solver sees it.
#[derive(Debug, Clone, Copy)]
struct Level {
    alpha: f32,
    sigma: f32,
    /// Half the logarithm of the ratio of picture to noise; infinite without noise.
    lambda: f32,
}

impl Level {
    fn new(sigma: f32) -> Result<Self> {
        let alpha = 1.0 / sqrt(sigma * sigma + 1.0)?;
        let sigma = sigma * alpha;
        Ok(Self { alpha, sigma, lambda: ln(alpha)? - ln(sigma)? })
    }
}

fn unsupported(key: &str, value: &str) -> EngineError {
    EngineError::Setting(format!("the model's scheduler configuration sets `{key}` to what is not supported: {value}"))
}

fn timesteps(config: &SchedulerConfig, alphas_cumprod: &[f32], steps: usize) -> Result<Vec<f64>> {
    let training = config.num_train_timesteps();
    // Timesteps so noisy that the solver's logarithms explode are left out; the cosine schedule has some.
    let clip = config.lambda_min_clipped.unwrap_or(f64::NEG_INFINITY);
    let lambda = |alpha: &f32| f64::from(alpha.sqrt().ln() - (1.0 - alpha).sqrt().ln());
    let last = training - alphas_cumprod.iter().filter(|alpha| lambda(alpha) < clip).count();
    if last == 0 {
        return Err(unsupported("lambda_min_clipped", &clip.to_string()));
    }
    Ok(match config.timestep_spacing.unwrap_or(Spacing::Linspace) {
        Spacing::Linspace => {
            let rising = spacing::linspace(0.0, (last - 1) as f64, steps + 1);
            rising.into_iter().skip(1).rev().map(f64::round_ties_even).collect()
        }
        Spacing::Leading => {
            let ratio = last / (steps + 1);
            (1..=steps).rev().map(|i| ((i * ratio) as i64 + config.steps_offset()) as f64).collect()
        }
        Spacing::Trailing => spacing::trailing(last, training as f64 / steps as f64),
    })
}

impl Scheduler for DpmppMultistep {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let level = Level::new(self.sigmas[self.index_at(timestep)])?;
        let kept = original.f_mul_scalar(f64::from(level.alpha))?;
        Ok(kept.f_add(&noise.f_mul_scalar(f64::from(level.sigma))?)?)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = self.index.unwrap_or_else(|| self.index_at(timestep));
        if index >= self.timesteps.len() {
            return Err(EngineError::Setting(format!("the run of {} steps is over", self.timesteps.len())));
        }
        let original = self.predicted_original(output, sample, Level::new(self.sigmas[index])?)?;
        let kind = original.kind();
        self.predictions.push_front(original);
        self.predictions.truncate(self.order);

        let order = self.order_at(index);
        let weights = self.weights(index, order)?;
        let sample = sample.f_to_kind(Kind::Float)?;
        let mut latents = sample.f_mul_scalar(f64::from(weights.sample))?;
        latents = latents.f_add(&self.predictions[0].f_mul_scalar(f64::from(weights.d0))?)?;
        for (difference, weight) in self.differences(index, order, &weights)?.iter().zip([weights.d1, weights.d2]) {
            latents = latents.f_add(&difference.f_mul_scalar(f64::from(weight))?)?;
        }
        if self.stochastic {
            let noise = generator.randn(&sample.size(), Kind::Float)?.f_to_device(sample.device())?;
            latents = latents.f_add(&noise.f_mul_scalar(f64::from(weights.noise))?)?;
        }
        self.index = Some(index + 1);
        Ok(Step { latents: latents.f_to_kind(kind)?, predicted_original: None })
    }
}
