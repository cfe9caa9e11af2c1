//! Latent consistency models: each call foresees the picture, and the next begins from that with new noise.
//!
//! Paper: <https://arxiv.org/abs/2310.04378>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_lcm.py`, `LCMScheduler`.

use tch::Tensor;

use super::alphas::{Alphas, original_and_noise, root};
use super::noise::{self, Betas, ZeroSnr};
use super::{Prediction, Scheduler, SchedulerConfig, Step, distilled, spacing};
use crate::Result;
use crate::random::Generator;

/// Deviation of the training pictures, squared.
const DATA_VARIANCE: f32 = 0.25;

/// The method in the course of a run.
#[derive(Debug)]
pub struct Lcm {
    prediction: Prediction,
    alphas: Alphas,
    clip: Option<f64>,
    scaling: f64,
    timesteps: Vec<f64>,
    index: Option<usize>,
}

impl Lcm {
    /// For a run of `steps` steps.
    pub fn new(config: &SchedulerConfig, steps: usize) -> Result<Self> {
        config.check()?;
        let cumprod = noise::alphas_cumprod(config, Betas::LATENT, ZeroSnr::Exact)?;
        Ok(Self {
            prediction: config.prediction(),
            alphas: Alphas::new(config, cumprod, true),
            clip: (config.clip_sample == Some(true)).then(|| config.clip_sample_range.unwrap_or(1.0)),
            scaling: config.timestep_scaling.unwrap_or(10.0),
            timesteps: distilled::timesteps("lcm", config, steps)?,
            index: None,
        })
    }
}

impl Scheduler for Lcm {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.alphas.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, _: f64) -> Result<Tensor> {
        Ok(sample.shallow_clone())
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step> {
        let index = spacing::place(self.index, &self.timesteps, timestep)?;
        let alpha = self.alphas.at(timestep as i64)?;
        let (original, _) = original_and_noise(self.prediction, output, sample, alpha)?;
        let original = match self.clip {
            Some(range) => original.f_clamp(-range, range)?,
            None => original,
        };
        // At the least noisy end the sample itself is the picture.
        let scaled = (timestep * self.scaling) as f32;
        let skip = DATA_VARIANCE / (scaled * scaled + DATA_VARIANCE);
        let out = scaled / (scaled * scaled + DATA_VARIANCE).sqrt();
        let denoised = original.f_mul_scalar(f64::from(out))?.f_add(&sample.f_mul_scalar(f64::from(skip))?)?;
        let latents = match self.timesteps.get(index + 1) {
            None => denoised,
            Some(next) => {
                let alpha = self.alphas.at(*next as i64)?;
                let noise = generator.randn_like(output)?.f_mul_scalar(root(1.0 - alpha))?;
                denoised.f_mul_scalar(root(alpha))?.f_add(&noise)?
            }
        };
        self.index = Some(index + 1);
        Ok(Step { latents, predicted_original: None })
    }
}
