//! DPM-Solver++ that looks ahead within a step in place of back: every second (or third) call of the model ends one.
//!
//! Papers: <https://arxiv.org/abs/2206.00927>, <https://arxiv.org/abs/2211.01095>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_dpmsolver_singlestep.py`, `DPMSolverSinglestepScheduler` with
//! `algorithm_type` `dpmsolver++` or `sde-dpmsolver++`.

use std::collections::VecDeque;

use tch::Tensor;

use super::noise::{Betas, ZeroSnr};
use super::preserving::{Algorithm, Preserving, Training, Weights, unsupported};
use super::{FinalSigma, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct DpmppSinglestep {
    run: Preserving,
    algorithm: Algorithm,
    /// How many predictions each call combines: 1, 2, 1, 2, …
    orders: Vec<usize>,
    /// Predicted originals of the latest calls, the newest first.
    predictions: VecDeque<Tensor>,
    /// The latents the step began with.
    began: Option<Tensor>,
}

impl DpmppSinglestep {
    /// For a run of `steps` calls of the model: `order` 2, with the noise levels of Karras et al. if asked. The model's
    /// configuration may overrule each.
    pub fn new(config: &SchedulerConfig, order: usize, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let algorithm = Algorithm::new(config, None)?;
        let order = config.order(order);
        if !(1..=3).contains(&order) {
            return Err(unsupported("solver_order", &order.to_string()));
        }
        let training = Training::new(config, Betas::FIRST, ZeroSnr::Unknown)?;
        // This class knows one spacing only.
        let mut timesteps = spacing::solver_linspace(training.usable(config)?, steps);
        let mut sigmas = spacing::levels(&timesteps, &training.sigmas);
        if config.karras(karras) {
            (timesteps, sigmas) = training.karras(config, steps);
            timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
        }
        let ends_at_zero = config.final_sigmas_type.unwrap_or(FinalSigma::Zero) == FinalSigma::Zero;
        let lower = config.lower_order_final == Some(true) || ends_at_zero || !steps.is_multiple_of(order);
        let mut orders = orders(steps, order, lower);
        if let (true, Some(last)) = (ends_at_zero, orders.last_mut()) {
            *last = 1;
        }
        Ok(Self {
            run: Preserving::new(config.prediction(), timesteps, &sigmas, training.last(config)),
            algorithm,
            orders,
            predictions: VecDeque::new(),
            began: None,
        })
    }
}

/// How many predictions each call combines; `lower` ends the run with lower orders, so that any number of calls will do.
fn orders(steps: usize, order: usize, lower: bool) -> Vec<usize> {
    let mut orders: Vec<usize> = (1..=order).cycle().take(steps).collect();
    if let (true, 0, Some(last)) = (lower, steps % order, orders.last_mut()) {
        *last = 1;
    }
    orders
}

impl Scheduler for DpmppSinglestep {
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
        let original = self.run.original(output, sample, self.run.level(index)?)?;
        self.predictions.push_front(original);
        self.predictions.truncate(3);
        // A run that begins in the middle of a step begins it anew.
        let order = self.orders.get(index).copied().unwrap_or(1).min(self.predictions.len());
        let began = match (&self.began, order) {
            (Some(began), 2..) => began.shallow_clone(),
            _ => {
                self.began = Some(sample.shallow_clone());
                sample.shallow_clone()
            }
        };

        let (start, target) = (self.run.level(index + 1 - order)?, self.run.level(index + 1)?);
        let weights = Weights::new(start, target, self.algorithm.stochastic)?;
        let oldest = &self.predictions[order - 1];
        let mut latents = began.f_mul_scalar(f64::from(weights.sample))?;
        latents = latents.f_add(&oldest.f_mul_scalar(f64::from(weights.d0))?)?;
        // A prediction's difference from the oldest, scaled by its share of the way.
        let difference = |back: usize| -> Result<(f32, Tensor)> {
            let share = (self.run.level(index - back)?.lambda - start.lambda) / weights.h;
            Ok((share, self.predictions[back].f_sub(oldest)?.f_mul_scalar(f64::from(1.0 / share))?))
        };
        match (order, self.algorithm.heun) {
            (2, heun) => {
                let weight = if heun { weights.d1 } else { 0.5 * weights.d0 };
                latents = latents.f_add(&difference(0)?.1.f_mul_scalar(f64::from(weight))?)?;
            }
            (3, false) => {
                latents = latents.f_add(&difference(0)?.1.f_mul_scalar(f64::from(weights.d1))?)?;
            }
            (3, true) => {
                let ((r0, far), (r1, near)) = (difference(0)?, difference(1)?);
                let first = near.f_mul_scalar(f64::from(r0))?.f_sub(&far.f_mul_scalar(f64::from(r1))?)?;
                let first = first.f_div_scalar(f64::from(r0 - r1))?;
                let second = far.f_sub(&near)?.f_mul_scalar(2.0)?.f_div_scalar(f64::from(r0 - r1))?;
                latents = latents.f_add(&first.f_mul_scalar(f64::from(weights.d1))?)?;
                latents = latents.f_add(&second.f_mul_scalar(f64::from(weights.d2))?)?;
            }
            _ => {}
        }
        if self.algorithm.stochastic {
            latents = latents.f_add(&generator.randn_like(output)?.f_mul_scalar(f64::from(weights.noise))?)?;
        }
        self.run.advance();
        Ok(Step { latents, predicted_original: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked out by hand from the reference's table of cases.
    #[test]
    fn the_last_step_is_cut_short() {
        assert_eq!(orders(6, 2, true), [1, 2, 1, 2, 1, 1]);
        assert_eq!(orders(5, 2, true), [1, 2, 1, 2, 1]);
        assert_eq!(orders(6, 2, false), [1, 2, 1, 2, 1, 2]);
        assert_eq!(orders(6, 3, true), [1, 2, 3, 1, 2, 1]);
        assert_eq!(orders(7, 3, true), [1, 2, 3, 1, 2, 3, 1]);
        assert_eq!(orders(8, 3, true), [1, 2, 3, 1, 2, 3, 1, 2]);
    }
}
