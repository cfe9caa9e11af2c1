//! Pseudo numerical methods: noise predictions of up to four steps combined, or to begin with, four within one step.
//!
//! Paper: <https://arxiv.org/abs/2202.09778>, formulas 9, 12 and 13.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_pndm.py`, `PNDMScheduler`.

use std::collections::VecDeque;

use tch::Tensor;

use super::alphas::Alphas;
use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, spacing};
use crate::random::Generator;
use crate::{EngineError, Result};

/// Steps that begin a run with four predictions each, and predictions that later ones combine.
const ORDER: usize = 4;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Pndm {
    prediction: Prediction,
    alphas: Alphas,
    stride: i64,
    timesteps: Vec<f64>,
    /// How many of the timesteps belong to the beginning with four predictions a step.
    runge_kutta: usize,
    /// Predictions of the latest steps, the newest first.
    predictions: VecDeque<Tensor>,
    /// Within a step of the beginning: the weighted sum of its predictions so far.
    sum: Option<Tensor>,
    began: Option<Tensor>,
    calls: usize,
}

impl Pndm {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("pndm")?;
        let stride = (config.num_train_timesteps() / steps) as i64;
        let mut rising = spacing::whole(config, steps);
        rising.reverse();
        let (timesteps, runge_kutta) = if config.skip_prk_steps.unwrap_or(false) {
            // The second timestep is asked for twice: the first step is repeated with the mean of both its ends.
            let (rest, first) = rising.split_at(steps - 1);
            let second = rest.last().copied();
            (rest.iter().copied().chain(second).chain(first.iter().copied()).rev().collect(), 0)
        } else {
            if steps < ORDER {
                let reason = format!("`pndm` takes at least {ORDER} steps with this model: {steps}");
                return Err(EngineError::Setting(reason));
            }
            let half = (stride / 2) as f64;
            let points: Vec<f64> = rising[steps - ORDER..].iter().flat_map(|t| [*t, *t + half]).collect();
            let pairs: Vec<f64> = points[..points.len() - 1].iter().flat_map(|t| [*t, *t]).collect();
            let mut falling: Vec<f64> = pairs[1..pairs.len() - 1].iter().rev().copied().collect();
            let beginning = falling.len();
            falling.extend(rising[..steps - (ORDER - 1)].iter().rev());
            (falling, beginning)
        };
        Ok(Self {
            prediction,
            alphas: Alphas::new(config, noise::alphas_cumprod(config, Betas::FIRST, ZeroSnr::Unknown)?, false),
            stride,
            timesteps,
            runge_kutta,
            predictions: VecDeque::new(),
            sum: None,
            began: None,
            calls: 0,
        })
    }

    /// One of four predictions within a step.
    fn step_runge_kutta(&mut self, output: &Tensor, timestep: i64, sample: &Tensor) -> Result<Tensor> {
        let next = if self.calls.is_multiple_of(2) { timestep - self.stride / 2 } else { timestep };
        let from = self.timesteps[self.calls / 4 * 4] as i64;
        let weighted = |weight: f64| output.f_mul_scalar(weight);
        let so_far = |sum: Option<Tensor>, part: Tensor| match sum {
            Some(sum) => sum.f_add(&part),
            None => Ok(part),
        };
        let prediction = match self.calls % 4 {
            0 => {
                self.sum = Some(so_far(self.sum.take(), weighted(1.0 / 6.0)?)?);
                self.predictions.push_front(output.shallow_clone());
                self.began = Some(sample.shallow_clone());
                output.shallow_clone()
            }
            1 | 2 => {
                self.sum = Some(so_far(self.sum.take(), weighted(1.0 / 3.0)?)?);
                output.shallow_clone()
            }
            _ => so_far(self.sum.take(), weighted(1.0 / 6.0)?)?,
        };
        let began = self.began.as_ref().unwrap_or(sample);
        self.transfer(began, from, next, &prediction)
    }

    /// A step with the predictions of those before.
    fn step_multistep(&mut self, output: &Tensor, timestep: i64, sample: &Tensor) -> Result<Tensor> {
        let (mut from, mut to) = (timestep, timestep - self.stride);
        let mut sample = sample.shallow_clone();
        if self.calls == 1 {
            (from, to) = (timestep + self.stride, timestep);
        } else {
            self.predictions.truncate(ORDER - 1);
            self.predictions.push_front(output.shallow_clone());
        }
        let e: Vec<&Tensor> = self.predictions.iter().collect();
        let combined = match e[..] {
            [_] if self.calls == 0 => {
                self.began = Some(sample.shallow_clone());
                output.shallow_clone()
            }
            // The first step again, with the mean of both its ends.
            [first] if self.calls == 1 => {
                sample = self.began.take().unwrap_or(sample);
                output.f_add(first)?.f_div_scalar(2.0)?
            }
            [a, b] => a.f_mul_scalar(3.0)?.f_sub(b)?.f_div_scalar(2.0)?,
            [a, b, c] => {
                let two = a.f_mul_scalar(23.0)?.f_sub(&b.f_mul_scalar(16.0)?)?;
                two.f_add(&c.f_mul_scalar(5.0)?)?.f_div_scalar(12.0)?
            }
            [a, b, c, d] => {
                let two = a.f_mul_scalar(55.0)?.f_sub(&b.f_mul_scalar(59.0)?)?;
                let sum = two.f_add(&c.f_mul_scalar(37.0)?)?.f_sub(&d.f_mul_scalar(9.0)?)?;
                sum.f_mul_scalar(1.0 / 24.0)?
            }
            _ => output.shallow_clone(),
        };
        self.transfer(&sample, from, to, &combined)
    }

    /// Formula 9: from one timestep to another with a known noise.
    fn transfer(&self, sample: &Tensor, from: i64, to: i64, prediction: &Tensor) -> Result<Tensor> {
        let (alpha, alpha_after) = (self.alphas.at(from)?, self.alphas.after(to)?);
        let (beta, beta_after) = (1.0 - alpha, 1.0 - alpha_after);
        let noise = match self.prediction {
            Prediction::VPrediction => {
                let of_output = prediction.f_mul_scalar(f64::from(alpha.sqrt()))?;
                of_output.f_add(&sample.f_mul_scalar(f64::from(beta.sqrt()))?)?
            }
            _ => prediction.shallow_clone(),
        };
        let kept = sample.f_mul_scalar(f64::from((alpha_after / alpha).sqrt()))?;
        let divisor = alpha * beta_after.sqrt() + (alpha * beta * alpha_after).sqrt();
        let removed = noise.f_mul_scalar(f64::from(alpha_after - alpha))?.f_div_scalar(f64::from(divisor))?;
        Ok(kept.f_sub(&removed)?)
    }
}

impl Scheduler for Pndm {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.alphas.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let timestep = timestep as i64;
        let latents = if self.calls < self.runge_kutta {
            self.step_runge_kutta(output, timestep, sample)?
        } else {
            self.step_multistep(output, timestep, sample)?
        };
        self.calls += 1;
        Ok(Step { latents, predicted_original: None })
    }
}
