//! DPM-Solver++ as a stochastic differential equation: each step looks halfway, and both halves add noise of one Brownian
//! motion, so that a seed means the same picture with any number of steps.
//!
//! Paper: <https://arxiv.org/abs/2211.01095>.
//! Reference: diffusers 0.40.0, `schedulers/scheduling_dpmsolver_sde.py`, `DPMSolverSDEScheduler`, after k-diffusion's
//! `sample_dpmpp_sde`.

use tch::Tensor;

use super::brownian::BrownianMotion;
use super::exploding::{Exploding, scaled};
use super::noise::{self, Betas, ZeroSnr};
use super::scalar::{exp, expm1, ln};
use super::{Scheduler, SchedulerConfig, Step, spacing};
use crate::Result;
use crate::random::Generator;

/// The method in the course of a run.
#[derive(Debug)]
pub struct DpmppSde {
    run: Exploding,
    seed: u64,
    motion: Option<BrownianMotion>,
    /// When a step is halfway: the latents it began with, and the noise level there.
    halfway: Option<(Tensor, f32)>,
}

impl DpmppSde {
    /// For a run of `steps` steps, with the noise levels of Karras et al. if asked. All noise within the steps comes from
    /// `seed`.
    pub fn new(config: &SchedulerConfig, karras: bool, steps: usize, seed: u64) -> Result<Self> {
        config.check()?;
        let prediction = config.noisy_prediction("dpmpp_sde")?;
        let training = noise::training_sigmas(&noise::alphas_cumprod(config, Betas::LATENT_LINEAR, ZeroSnr::Unknown)?)?;
        let mut timesteps = spacing::even(config, steps);
        let mut sigmas = spacing::levels(&timesteps, &training);
        if config.karras(karras) {
            // Unlike other methods this one does not ask the configuration for the ends.
            let (max, min) = SchedulerConfig::default().karras_ends(&sigmas);
            (timesteps, sigmas) = spacing::karras_levels(max, min, steps, &training);
        }
        let mut asked = Vec::with_capacity(2 * steps - 1);
        let mut levels = Vec::with_capacity(2 * steps);
        for (i, (timestep, sigma)) in timesteps.iter().zip(&sigmas).enumerate() {
            if i > 0 {
                let (before, now) = (-sigmas[i - 1].ln(), -sigma.ln());
                let between = (-(before + (now - before) * 0.5)).exp();
                asked.push(spacing::sigma_to_timestep(between, &training));
                levels.push(*sigma as f32);
            }
            asked.push(*timestep);
            levels.push(*sigma as f32);
        }
        levels.push(0.0);
        Ok(Self { run: Exploding::new(prediction, asked, levels), seed, motion: None, halfway: None })
    }

    /// Noise of deviation one for the way from one level down to another.
    fn noise(&mut self, from: f32, to: f32, like: &Tensor) -> Result<Tensor> {
        let motion = match &self.motion {
            Some(motion) => motion,
            None => {
                let levels = || self.run.sigmas.iter().copied().filter(|sigma| *sigma > 0.0);
                let (least, most) = (levels().fold(f32::INFINITY, f32::min), levels().fold(0.0, f32::max));
                let motion = BrownianMotion::new(self.seed, f64::from(least), f64::from(most), &like.size())?;
                self.motion.insert(motion)
            }
        };
        let way = motion.way(f64::from(to), f64::from(from))?.f_neg()?;
        let noise = way.f_div_scalar(f64::from((to - from).abs().sqrt()))?;
        Ok(noise.f_to_device(like.device())?.f_to_kind(like.kind())?)
    }
}

impl Scheduler for DpmppSde {
    fn timesteps(&self) -> &[f64] {
        &self.run.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.run.sigmas
    }

    fn order(&self) -> usize {
        2
    }

    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor> {
        self.run.add_noise(original, noise, timestep)
    }

    fn scale_model_input(&mut self, sample: &Tensor, timestep: f64) -> Result<Tensor> {
        let index = self.run.index(timestep)?;
        let level = match &self.halfway {
            None => self.run.sigmas[index],
            Some((_, level)) => *level,
        };
        scaled(sample, level)
    }

    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, _: &mut Generator) -> Result<Step> {
        let index = self.run.index(timestep)?;
        let first = if self.halfway.is_none() { index } else { index - 1 };
        let (sigma, next) = (self.run.sigmas[first], self.run.sigmas[first + 1]);
        if next == 0.0 {
            // Down to the picture it is Euler's step.
            let original = self.run.original(output, sample, sigma)?;
            let derivative = sample.f_sub(&original)?.f_div_scalar(f64::from(sigma))?;
            let latents = sample.f_add(&derivative.f_mul_scalar(f64::from(next - sigma))?)?;
            self.run.advance();
            return Ok(Step { latents, predicted_original: Some(original) });
        }
        let (t, t_next) = (-ln(sigma)?, -ln(next)?);
        let t_halfway = t + (t_next - t) * 0.5;
        let (began, level, t_target) = match self.halfway.take() {
            None => (sample.shallow_clone(), sigma, t_halfway),
            Some((began, _)) => (began, exp(-t_halfway)?, t_next),
        };
        let original = self.run.original(output, sample, level)?;
        let (from, to) = (exp(-t)?, exp(-t_target)?);
        let up = to.min((to * to * (from * from - to * to) / (from * from)).sqrt());
        let t_down = -ln((to * to - up * up).sqrt())?;
        let kept = began.f_mul_scalar(f64::from(exp(-t_down)? / from))?;
        let went = kept.f_sub(&original.f_mul_scalar(f64::from(expm1(t - t_down)?))?)?;
        let noise = self.noise(from, to, sample)?;
        let latents = went.f_add(&noise.f_mul_scalar(f64::from(up))?)?;
        if first == index {
            self.halfway = Some((began, to));
        }
        self.run.advance();
        Ok(Step { latents: latents.f_to_kind(sample.kind())?, predicted_original: Some(original) })
    }
}
