//! Extended reverse-time SDE of third order: predictions of up to three steps, and noise after each.
//!
//! Paper: <https://arxiv.org/abs/2309.06169>.
//! Reference: InvokeAI 6.14.2, `backend/rectified_flow/er_sde_scheduler.py`, `ERSDEScheduler`, for models of noise and
//! velocity.

use std::collections::VecDeque;

use tch::Tensor;

use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

const ORDER: usize = 3;
/// Pieces an integral is summed up from.
const PIECES: usize = 100;

/// The method in the course of a run.
#[derive(Debug)]
pub struct ErSde {
    prediction: Prediction,
    timesteps: Vec<f64>,
    sigmas: Vec<f32>,
    /// Predicted originals of the latest steps with their noise levels, the newest first.
    predictions: VecDeque<(Tensor, f64)>,
    index: Option<usize>,
}

impl ErSde {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("er_sde")?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::LATENT, ZeroSnr::Unknown)?)?;
        let timesteps = spacing::solver(config, config.num_train_timesteps(), steps);
        let sigmas = spacing::levels(&timesteps, &training).into_iter().map(|sigma| sigma as f32);
        let sigmas = sigmas.chain([0.0]).collect();
        Ok(Self { prediction, timesteps, sigmas, predictions: VecDeque::new(), index: None })
    }

    /// An unknown timestep counts as the last, as in the reference.
    fn place(&self, timestep: f64) -> usize {
        spacing::index_of(&self.timesteps, timestep).unwrap_or(self.timesteps.len() - 1)
    }
}

/// Shares of picture and noise at a noise level.
fn shares(sigma: f64) -> (f64, f64) {
    let alpha = 1.0 / (1.0 + sigma * sigma).sqrt();
    (alpha, sigma * alpha)
}

/// The noise level once more, as the reference rounds it.
fn lambda(sigma: f64) -> f64 {
    let (alpha, sigma) = shares(sigma);
    if sigma > 0.0 { sigma / alpha } else { 0.0 }
}

/// The scale of the noise, `SDE_5` of the paper's appendix.
fn scale(lambda: f64) -> f64 {
    lambda * (lambda.powf(0.3).exp() + 10.0)
}

/// The sum of `f` over the pieces from `from` to `to`, each taken at its lower end.
fn integral(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let distance = to - from;
    if distance <= 0.0 {
        return 0.0;
    }
    let piece = distance / PIECES as f64;
    (0..PIECES).map(|k| piece * f(from + k as f64 * piece)).sum()
}

impl Scheduler for ErSde {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let sigma = self.sigmas[self.place(timestep)];
        let alpha = 1.0 / (1.0 + sigma * sigma).sqrt();
        let kept = original.f_mul_scalar(f64::from(alpha))?;
        Ok(kept.f_add(&noise.f_mul_scalar(f64::from(sigma * alpha))?)?)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = spacing::place(self.index.or(Some(self.place(timestep))), &self.timesteps, timestep)?;
        let (now, next) = (f64::from(self.sigmas[index]), f64::from(self.sigmas[index + 1]));
        let (alpha, sigma) = shares(now);
        let original = match self.prediction {
            Prediction::VPrediction => sample.f_mul_scalar(alpha)?.f_sub(&output.f_mul_scalar(sigma)?)?,
            _ => sample.f_sub(&output.f_mul_scalar(sigma)?)?.f_div_scalar(alpha)?,
        };
        self.predictions.push_front((original, now));
        self.predictions.truncate(ORDER);

        let (alpha_next, _) = shares(next);
        let (from, to) = (lambda(now), lambda(next));
        let ratio = if scale(from) == 0.0 { 0.0 } else { scale(to) / scale(from) };
        let newest = &self.predictions[0].0;
        let mut latents = sample.f_mul_scalar(alpha_next / alpha * ratio)?;
        latents = latents.f_add(&newest.f_mul_scalar(alpha_next * (1.0 - ratio))?)?;
        if next > 0.0 {
            let variance = (to * to - from * from * (ratio * ratio)).max(0.0);
            let noise = generator.randn_like(output)?.f_mul_scalar(variance.sqrt() * alpha_next)?;
            latents = latents.f_add(&noise)?;
            let slope = |newer: usize| -> Result<Option<Tensor>> {
                let (Some((a, level_a)), Some((b, level_b))) =
                    (self.predictions.get(newer), self.predictions.get(newer + 1))
                else {
                    return Ok(None);
                };
                let distance = lambda(*level_a) - lambda(*level_b);
                if distance == 0.0 { Ok(None) } else { Ok(Some(a.f_sub(b)?.f_div_scalar(distance)?)) }
            };
            if let Some(first) = slope(0)? {
                let sum = integral(to, from, |lambda| 1.0 / scale(lambda));
                let weight = alpha_next * (to - from + sum * scale(to));
                latents = latents.f_add(&first.f_mul_scalar(weight)?)?;
                if let Some(before) = slope(1)? {
                    let distance = from - lambda(self.predictions[2].1);
                    let second = first.f_sub(&before)?.f_mul_scalar(2.0)?.f_div_scalar(distance)?;
                    let sum = integral(to, from, |lambda| (lambda - from) / scale(lambda));
                    let weight = alpha_next * ((to - from).powi(2) / 2.0 + sum * scale(to));
                    latents = latents.f_add(&second.f_mul_scalar(weight)?)?;
                }
            }
        }
        self.index = Some(index + 1);
        Ok(Step { latents, predicted_original: None })
    }
}
