//! Diffusion exponential integrator sampler: the noise predictions of up to three steps, weighted as a polynomial in the
//! logarithm of the noise level would be.
//!
//! Paper: <https://arxiv.org/abs/2204.13902>, log-rho multistep.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_deis_multistep.py`, `DEISMultistepScheduler`.

use std::collections::VecDeque;

use tch::Tensor;

use super::noise::{Betas, ZeroSnr};
use super::preserving::{Preserving, SHORT_RUN, Training, unsupported};
use super::scalar::{exp, ln};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

/// The method in the course of a run.
#[derive(Debug)]
pub struct Deis {
    run: Preserving,
    order: usize,
    lower_order_final: bool,
    /// Predicted noise of the latest steps, the newest first, at most `order`.
    predictions: VecDeque<Tensor>,
}

impl Deis {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        match config.algorithm_type.as_deref() {
            None | Some("deis" | "dpmsolver" | "dpmsolver++") => {}
            Some(other) => return Err(unsupported("algorithm_type", other)),
        }
        let order = config.solver_order.unwrap_or(2);
        if !(1..=3).contains(&order) {
            return Err(unsupported("solver_order", &order.to_string()));
        }
        let training = Training::new(config, Betas::FIRST, ZeroSnr::Unknown)?;
        let mut timesteps = spacing::solver(config, config.num_train_timesteps(), steps);
        let mut sigmas = spacing::levels(&timesteps, &training.sigmas);
        let mut last = training.sigmas[0];
        if config.karras(karras) {
            (timesteps, sigmas) = training.karras(config, steps);
            timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
            // The run ends with the noise of its last level, whose step does nothing.
            last = sigmas.last().map_or(last, |sigma| *sigma as f32);
        }
        Ok(Self {
            lower_order_final: config.lower_order_final.unwrap_or(true) && timesteps.len() < SHORT_RUN,
            run: Preserving::new(config.prediction(), timesteps, &sigmas, last),
            order,
            predictions: VecDeque::new(),
        })
    }

    fn order_at(&self, index: usize) -> usize {
        let known = self.order.min(self.predictions.len());
        match self.run.left(index) {
            1 if self.lower_order_final => 1,
            2 if self.lower_order_final => known.min(2),
            _ => known,
        }
    }

    /// Ratio of noise to picture `back` steps before the one from `index` on.
    fn ratio(&self, index: usize, back: usize) -> Result<f32> {
        self.run.level(index - back).map(|level| level.sigma / level.alpha)
    }
}

/// Primitive of the polynomial in the logarithm of `t` that is 1 at `b` and 0 at `c`.
fn linear(t: f32, b: f32, c: f32) -> Result<f32> {
    let (t_ln, b_ln, c_ln) = (ln(t)?, ln(b)?, ln(c)?);
    Ok(t * (-c_ln + t_ln - 1.0) / (b_ln - c_ln))
}

/// The same for 1 at `b` and 0 at `c` and `d`.
fn quadratic(t: f32, b: f32, c: f32, d: f32) -> Result<f32> {
    let (t_ln, b_ln, c_ln, d_ln) = (ln(t)?, ln(b)?, ln(c)?, ln(d)?);
    let numerator = t * (c_ln * (d_ln - t_ln + 1.0) - d_ln * t_ln + d_ln + t_ln * t_ln - 2.0 * t_ln + 2.0);
    Ok(numerator / ((b_ln - c_ln) * (b_ln - d_ln)))
}

impl Scheduler for Deis {
    fn timesteps(&self) -> &[f64] {
        &self.run.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.run.sigmas
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.run.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        let (now, target) = (self.run.level(index)?, self.run.level(index + 1)?);
        let original = self.run.original(output, sample, now)?;
        let noise = sample.f_sub(&original.f_mul_scalar(f64::from(now.alpha))?)?;
        self.predictions.push_front(noise.f_div_scalar(f64::from(now.sigma))?);
        self.predictions.truncate(self.order);

        let order = self.order_at(index);
        let end = target.sigma / target.alpha;
        let weights = match order {
            2 => {
                let (now, one) = (self.ratio(index, 0)?, self.ratio(index, 1)?);
                let weight = |b, c| Ok::<f32, EngineError>(linear(end, b, c)? - linear(now, b, c)?);
                [weight(now, one)?, weight(one, now)?].to_vec()
            }
            3 => {
                let (now, one, two) = (self.ratio(index, 0)?, self.ratio(index, 1)?, self.ratio(index, 2)?);
                let weight = |b, c, d| Ok::<f32, EngineError>(quadratic(end, b, c, d)? - quadratic(now, b, c, d)?);
                [weight(now, one, two)?, weight(one, two, now)?, weight(two, now, one)?].to_vec()
            }
            _ => Vec::new(),
        };
        let latents = if weights.is_empty() {
            let growth = target.sigma * (exp(target.lambda - now.lambda)? - 1.0);
            let kept = sample.f_mul_scalar(f64::from(target.alpha / now.alpha))?;
            kept.f_sub(&self.predictions[0].f_mul_scalar(f64::from(growth))?)?
        } else {
            let mut sum = sample.f_div_scalar(f64::from(now.alpha))?;
            for (prediction, weight) in self.predictions.iter().zip(weights) {
                sum = sum.f_add(&prediction.f_mul_scalar(f64::from(weight))?)?;
            }
            sum.f_mul_scalar(f64::from(target.alpha))?
        };
        self.run.advance();
        Ok(Step { latents, predicted_original: None })
    }
}
