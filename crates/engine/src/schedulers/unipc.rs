//! UniPC: each step's result is corrected once the model has been asked at it, and the corrected one predicts the next.
//!
//! Paper: <https://arxiv.org/abs/2302.04867>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_unipc_multistep.py`, `UniPCMultistepScheduler`.

use std::collections::VecDeque;

use tch::Tensor;

use super::noise::{Betas, ZeroSnr};
use super::preserving::{Level, Preserving, Training, unsupported};
use super::scalar::expm1;
use super::{Prediction, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct UniPc {
    run: Preserving,
    order: usize,
    /// Whether it reckons with the predicted picture and not with the predicted noise.
    of_picture: bool,
    /// Whether `B(h)` is `h` itself.
    plain: bool,
    lower_order_final: bool,
    uncorrected: Vec<usize>,
    /// Predictions of the latest steps, the newest first, at most `order`.
    predictions: VecDeque<Tensor>,
    /// What the step before began with, and how many predictions it used.
    before: Option<(Tensor, usize)>,
}

impl UniPc {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize) -> Result<Self> {
        config.check()?;
        let plain = match config.solver_type.as_deref() {
            None | Some("bh2" | "midpoint" | "heun" | "logrho") => false,
            Some("bh1") => true,
            Some(other) => return Err(unsupported("solver_type", other)),
        };
        let order = config.solver_order.unwrap_or(2);
        if order == 0 {
            return Err(unsupported("solver_order", "0"));
        }
        let training = Training::new(config, Betas::FIRST, ZeroSnr::Nearly)?;
        let mut timesteps = spacing::solver(config, config.num_train_timesteps(), steps);
        let mut sigmas = spacing::levels(&timesteps, &training.sigmas);
        let mut last = training.last(config);
        if config.karras(karras) {
            (timesteps, sigmas) = training.karras(config, steps);
            timesteps.iter_mut().for_each(|t| *t = t.round_ties_even());
            if last != 0.0 {
                last = sigmas.last().map_or(last, |sigma| *sigma as f32);
            }
        }
        Ok(Self {
            run: Preserving::new(config.prediction(), timesteps, &sigmas, last),
            order,
            of_picture: config.predict_x0.unwrap_or(true),
            plain,
            lower_order_final: config.lower_order_final.unwrap_or(true),
            uncorrected: config.disable_corrector.clone().unwrap_or_default(),
            predictions: VecDeque::new(),
            before: None,
        })
    }

    /// The model's output as the picture or the noise it predicts.
    fn converted(&self, output: &Tensor, sample: &Tensor, level: Level) -> Result<Tensor> {
        if self.of_picture {
            return self.run.original(output, sample, level);
        }
        let (alpha, sigma) = (f64::from(level.alpha), f64::from(level.sigma));
        Ok(match self.run.prediction {
            Prediction::Epsilon => output.shallow_clone(),
            Prediction::Sample => sample.f_sub(&output.f_mul_scalar(alpha)?)?.f_div_scalar(sigma)?,
            Prediction::VPrediction => output.f_mul_scalar(alpha)?.f_add(&sample.f_mul_scalar(sigma)?)?,
        })
    }

    /// From the level at `from` to the next with `order` predictions, that at `from` the newest. With the prediction at the
    /// end, `at_end`, it is the corrector, else the predictor.
    fn transfer(&self, sample: &Tensor, from: usize, order: usize, at_end: Option<&Tensor>) -> Result<Tensor> {
        let (start, target) = (self.run.level(from)?, self.run.level(from + 1)?);
        let h = target.lambda - start.lambda;
        let newest = &self.predictions[0];
        let (mut ratios, mut differences) = (Vec::new(), Vec::new());
        for back in 1..order {
            let ratio = (self.run.level(from - back)?.lambda - start.lambda) / h;
            differences.push(self.predictions[back].f_sub(newest)?.f_div_scalar(f64::from(ratio))?);
            ratios.push(ratio);
        }
        ratios.push(1.0);

        let signed = if self.of_picture { -h } else { h };
        let phi = expm1(signed)?;
        let scale = if self.plain { signed } else { phi };
        let (mut rows, mut right) = (Vec::new(), Vec::new());
        let (mut phi_k, mut factorial) = (phi / signed - 1.0, 1.0f32);
        for power in 0..order {
            rows.extend(ratios.iter().map(|ratio| ratio.powi(power as i32)));
            right.push(phi_k * factorial / scale);
            factorial *= (power + 2) as f32;
            phi_k = phi_k / signed - 1.0 / factorial;
        }
        let unknowns = if at_end.is_some() { order } else { order - 1 };
        let weights = solved(&rows, &right, order, unknowns, if at_end.is_some() { 1 } else { 2 })?;

        // The shares of the sample and of the prediction swap with what is predicted.
        let (kept, of_prediction) = if self.of_picture {
            (target.sigma / start.sigma, target.alpha)
        } else {
            (target.alpha / start.alpha, target.sigma)
        };
        let base = sample.f_mul_scalar(f64::from(kept))?;
        let base = base.f_sub(&newest.f_mul_scalar(f64::from(of_prediction * phi))?)?;
        let mut rest = newest.f_zeros_like()?;
        for (difference, weight) in differences.iter().zip(&weights) {
            rest = rest.f_add(&difference.f_mul_scalar(f64::from(*weight))?)?;
        }
        if let (Some(at_end), Some(weight)) = (at_end, weights.last()) {
            rest = rest.f_add(&at_end.f_sub(newest)?.f_mul_scalar(f64::from(*weight))?)?;
        }
        Ok(base.f_sub(&rest.f_mul_scalar(f64::from(of_prediction * scale))?)?)
    }
}

/// The solution of the first `unknowns` of `order` linear equations; where there are no more than `simple` predictions,
/// one half, which is as good.
fn solved(rows: &[f32], right: &[f32], order: usize, unknowns: usize, simple: usize) -> Result<Vec<f32>> {
    if order <= simple {
        return Ok(vec![0.5; unknowns]);
    }
    let (size, count) = (order as i64, unknowns as i64);
    let matrix = Tensor::f_from_slice(rows)?.f_view([size, size])?.f_narrow(0, 0, count)?.f_narrow(1, 0, count)?;
    let right = Tensor::f_from_slice(&right[..unknowns])?;
    Ok(Vec::try_from(Tensor::f_linalg_solve(&matrix, &right, true)?)?)
}

impl Scheduler for UniPc {
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
        let prediction = self.converted(output, sample, self.run.level(index)?)?;
        let sample = match self.before.take() {
            Some((began, order)) if index > 0 && !self.uncorrected.contains(&(index - 1)) => {
                self.transfer(&began, index - 1, order, Some(&prediction))?
            }
            _ => sample.shallow_clone(),
        };
        self.predictions.push_front(prediction);
        self.predictions.truncate(self.order);
        let most = if self.lower_order_final { self.order.min(self.run.left(index)) } else { self.order };
        let order = most.min(self.predictions.len());
        let latents = self.transfer(&sample, index, order, None)?;
        self.before = Some((sample, order));
        self.run.advance();
        Ok(Step { latents, predicted_original: None })
    }
}
