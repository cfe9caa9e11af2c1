//! How far a run is.
//!
//! Reference: InvokeAI 6.14.2, `app/util/step_callback.py`.

use tch::Tensor;

use super::RgbImage;
use super::preview::{self, Palette};
use crate::{EngineError, Result};

/// How far a run is: reported before the first step and after each.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Steps done.
    pub step: usize,
    /// Steps of this run.
    pub total: usize,
    /// Timesteps per step of the method.
    pub order: usize,
    /// The latents as they are now.
    pub latents: &'a Tensor,
    /// The latents without noise as they are foreseen now, where the method tells.
    pub predicted_original: Option<&'a Tensor>,
}

impl Progress<'_> {
    /// The share done, between 0 and 1. A method of second order advances by whole steps.
    pub fn percentage(&self) -> f64 {
        let (step, total) = if self.order == 2 { (self.step / 2, self.total / 2) } else { (self.step, self.total) };
        if total == 0 { 0.0 } else { step as f64 / total as f64 }
    }

    /// What best tells how the picture will be, `(1, 4, h, w)`.
    pub fn foreseen(&self) -> &Tensor {
        self.predicted_original.unwrap_or(self.latents)
    }

    /// A small picture of what is to be expected.
    pub fn preview(&self, palette: Palette) -> Result<RgbImage> {
        preview::latents_to_rgb(self.foreseen(), palette)
    }
}

/// The answer of a progress callback that ends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl From<Cancelled> for EngineError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What is called before the first step and after each.
pub type OnStep<'a> = &'a mut dyn FnMut(&Progress<'_>) -> std::result::Result<(), Cancelled>;

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn second_order_methods_advance_by_whole_steps() {
        let latents = Tensor::zeros([1], (Kind::Float, tch::Device::Cpu));
        let at = |step, total, order| {
            Progress { step, total, order, latents: &latents, predicted_original: None }.percentage()
        };
        assert_eq!([at(0, 4, 1), at(1, 4, 1), at(4, 4, 1)], [0.0, 0.25, 1.0]);
        assert_eq!([at(1, 4, 2), at(2, 4, 2), at(3, 4, 2), at(1, 1, 2), at(0, 0, 1)], [0.0, 0.5, 0.5, 0.0, 0.0]);
    }
}
