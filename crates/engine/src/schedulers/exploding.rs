//! What the methods share that see a noisy picture as picture plus noise, the noise's deviation (`sigma`) falling from step
//! to step.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_discrete.py`, which the other classes repeat.

use tch::Tensor;

use super::{Prediction, spacing};
use crate::Result;

/// The timesteps of a run with their noise levels, and where in it a method stands.
#[derive(Debug)]
pub(super) struct Exploding {
    prediction: Prediction,
    pub(super) timesteps: Vec<f64>,
    /// At each timestep, and after the last.
    pub(super) sigmas: Vec<f32>,
    index: Option<usize>,
}

impl Exploding {
    pub(super) fn new(prediction: Prediction, timesteps: Vec<f64>, sigmas: Vec<f32>) -> Self {
        Self { prediction, timesteps, sigmas, index: None }
    }

    /// The place in the run, from the first timestep it is used at on.
    pub(super) fn index(&mut self, timestep: f64) -> Result<usize> {
        let index = spacing::place(self.index, &self.timesteps, timestep)?;
        self.index = Some(index);
        Ok(index)
    }

    /// To the next timestep.
    pub(super) fn advance(&mut self) {
        self.index = self.index.map(|index| index + 1);
    }

    pub(super) fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        let sigma = f64::from(self.sigmas[spacing::place(None, &self.timesteps, timestep)?]);
        Ok(original.f_add(&noise.f_mul_scalar(sigma)?)?)
    }

    /// The picture without the noise of level `sigma`, as the model's output has it.
    pub(super) fn original(&self, output: &Tensor, sample: &Tensor, sigma: f32) -> Result<Tensor> {
        Ok(match self.prediction {
            Prediction::Sample => output.shallow_clone(),
            Prediction::Epsilon => sample.f_sub(&output.f_mul_scalar(f64::from(sigma))?)?,
            Prediction::VPrediction => {
                let variance = sigma * sigma + 1.0;
                let skipped = sample.f_div_scalar(f64::from(variance))?;
                output.f_mul_scalar(f64::from(-sigma / variance.sqrt()))?.f_add(&skipped)?
            }
        })
    }
}

/// The latents at the noise level `sigma` as the model wants to see them.
pub(super) fn scaled(sample: &Tensor, sigma: f32) -> Result<Tensor> {
    Ok(sample.f_div_scalar(f64::from((sigma * sigma + 1.0).sqrt()))?)
}

/// Each noise level twice but the first, and the last once more: for methods that ask twice between two levels.
pub(super) fn doubled(levels: &[f32]) -> Vec<f32> {
    let Some((first, rest)) = levels.split_first() else { return Vec::new() };
    let pairs = rest.iter().flat_map(|level| [*level, *level]);
    [*first].into_iter().chain(pairs).chain(rest.last().copied()).collect()
}

/// How far an ancestral step goes down by itself, and how much noise takes it up again to `next`: `(down, up)`.
pub(super) fn ancestral(sigma: f32, next: f32) -> (f32, f32) {
    let up = (next * next * (sigma * sigma - next * next) / (sigma * sigma)).sqrt();
    ((next * next - up * up).sqrt(), up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_between_are_doubled() {
        assert_eq!(doubled(&[3.0, 2.0, 1.0, 0.0]), [3.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn what_goes_down_and_up_is_the_next_level() {
        let (down, up) = ancestral(5.0, 3.0);
        assert!(((down * down + up * up).sqrt() - 3.0).abs() < 1e-6);
        assert_eq!(ancestral(5.0, 0.0), (0.0, 0.0));
    }
}
