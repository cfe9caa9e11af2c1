//! DPM-Solver++ of second and third order, which remembers the predictions of earlier steps.
//!
//! Papers: <https://arxiv.org/abs/2206.00927>, <https://arxiv.org/abs/2211.01095>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_dpmsolver_multistep.py`, `DPMSolverMultistepScheduler` with
//! `algorithm_type` `dpmsolver++` or `sde-dpmsolver++`.

use std::collections::VecDeque;

use tch::{Kind, Tensor};

use super::noise::{Betas, ZeroSnr};
use super::preserving::{Algorithm, Preserving, SDE, SHORT_RUN, Training, Weights, unsupported};
use super::{BetaSchedule, FinalSigma, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct DpmppMultistep {
    run: Preserving,
    order: usize,
    algorithm: Algorithm,
    lower_order_final: bool,
    last_step_first_order: bool,
    /// Predicted originals of the latest steps, the newest first, at most `order`.
    predictions: VecDeque<Tensor>,
}

impl DpmppMultistep {
    /// For a run of `steps` steps: `order` 2 or 3, with noise in every step if `stochastic`, with the noise levels of
    /// Karras et al. if asked. The model's configuration may overrule each.
    pub fn new(config: &SchedulerConfig, order: usize, stochastic: bool, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let algorithm = Algorithm::new(config, stochastic.then_some(SDE))?;
        let order = config.order(order);
        if !(1..=3).contains(&order) {
            return Err(unsupported("solver_order", &order.to_string()));
        }
        let training = Training::new(config, Betas::FIRST, ZeroSnr::Nearly)?;
        let mut timesteps = spacing::solver(config, training.usable(config)?, steps);
        let mut sigmas = spacing::levels(&timesteps, &training.sigmas);
        if config.karras(karras) {
            (timesteps, sigmas) = training.karras(config, steps);
            if config.beta_schedule != Some(BetaSchedule::SquaredcosCapV2) {
                timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
            }
        }
        let lower_order_final = config.lower_order_final.unwrap_or(true) && timesteps.len() < SHORT_RUN;
        let ends_at_zero = config.final_sigmas_type.unwrap_or(FinalSigma::Zero) == FinalSigma::Zero;
        Ok(Self {
            order,
            algorithm,
            lower_order_final,
            last_step_first_order: config.euler_at_final == Some(true) || lower_order_final || ends_at_zero,
            run: Preserving::new(config.prediction(), timesteps, &sigmas, training.last(config)),
            predictions: VecDeque::new(),
        })
    }

    /// How many predictions the step at `index` may look at.
    fn order_at(&self, index: usize) -> usize {
        let known = self.order.min(self.predictions.len());
        match self.run.left(index) {
            1 if self.last_step_first_order => 1,
            2 if self.lower_order_final => known.min(2),
            _ => known,
        }
    }

    /// The predictions' differences, scaled by the steps between them: first, and for the third order second.
    fn differences(&self, index: usize, order: usize, h: f32) -> Result<Vec<Tensor>> {
        let lambda = |back: usize| self.run.level(index - back).map(|level| level.lambda);
        let latest = &self.predictions;
        Ok(match order {
            2 => {
                let r0 = (lambda(0)? - lambda(1)?) / h;
                vec![latest[0].f_sub(&latest[1])?.f_mul_scalar(f64::from(1.0 / r0))?]
            }
            3 => {
                let (one, two) = (lambda(1)?, lambda(2)?);
                let (r0, r1) = ((lambda(0)? - one) / h, (one - two) / h);
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

impl Scheduler for DpmppMultistep {
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

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        let (now, target) = (self.run.level(index)?, self.run.level(index + 1)?);
        let original = self.run.original(output, sample, now)?;
        let kind = original.kind();
        self.predictions.push_front(original);
        self.predictions.truncate(self.order);

        let order = self.order_at(index);
        let weights = Weights::new(now, target, self.algorithm.stochastic)?;
        // The midpoint rule is of second order only.
        let d1 = if order == 2 && !self.algorithm.heun { 0.5 * weights.d0 } else { weights.d1 };
        let sample = sample.f_to_kind(Kind::Float)?;
        let mut latents = sample.f_mul_scalar(f64::from(weights.sample))?;
        latents = latents.f_add(&self.predictions[0].f_mul_scalar(f64::from(weights.d0))?)?;
        for (difference, weight) in self.differences(index, order, weights.h)?.iter().zip([d1, weights.d2]) {
            latents = latents.f_add(&difference.f_mul_scalar(f64::from(weight))?)?;
        }
        if self.algorithm.stochastic {
            latents = latents.f_add(&generator.randn_like(&sample)?.f_mul_scalar(f64::from(weights.noise))?)?;
        }
        self.run.advance();
        Ok(Step { latents: latents.f_to_kind(kind)?, predicted_original: None })
    }
}
