//! How noise is taken away: one sampling method per file, made by name.
//!
//! A scheduler is made for a number of steps and is used for one run: it decides the timesteps, how noisy the start is,
//! and from the model's prediction at one timestep the latents of the next. To add one: a file with its steps, and its
//! names in [`NAMES`] and [`by_name`].

mod config;
pub mod ddim;
pub mod dpmpp_multistep;
pub mod euler;
mod noise;
mod scalar;
mod spacing;

use tch::Tensor;

use crate::random::Generator;
use crate::{EngineError, Result};

pub use config::{BetaSchedule, FinalSigma, Prediction, SchedulerConfig, Spacing};
use ddim::Ddim;
use dpmpp_multistep::DpmppMultistep;
use euler::Euler;

/// The names [`by_name`] knows.
pub const NAMES: [&str; 9] =
    ["ddim", "dpmpp_2m", "dpmpp_2m_k", "dpmpp_2m_sde", "dpmpp_2m_sde_k", "dpmpp_3m", "dpmpp_3m_k", "euler", "euler_k"];

/// A sampling method in the course of one run.
pub trait Scheduler: Send {
    /// The timesteps at which the model is asked, from the noisiest on.
    fn timesteps(&self) -> &[f64];

    /// How many timesteps make one step of the method.
    fn order(&self) -> usize {
        1
    }

    /// `original` with as much noise as there is at `timestep`, one of [`Self::timesteps`].
    fn add_noise(&self, original: &Tensor, noise: &Tensor, timestep: f64) -> Result<Tensor>;

    /// The latents as the model wants to see them at `timestep`.
    fn scale_model_input(&mut self, sample: &Tensor, timestep: f64) -> Result<Tensor>;

    /// The latents after the step at `timestep`, whose latents were `sample` and for which the model said `output`.
    /// Methods that add noise on the way draw it from `generator`.
    fn step(&mut self, output: &Tensor, timestep: f64, sample: &Tensor, generator: &mut Generator) -> Result<Step>;
}

/// What a step leads to.
#[derive(Debug)]
pub struct Step {
    /// The latents at the next timestep.
    pub latents: Tensor,
    /// The latents without noise as this step foresees them, from methods that report it.
    pub predicted_original: Option<Tensor>,
}

/// The scheduler of this name for a run of `steps` steps, set up by the model's own configuration.
pub fn by_name(name: &str, config: &SchedulerConfig, steps: usize) -> Result<Box<dyn Scheduler>> {
    if steps == 0 {
        return Err(EngineError::Setting("the number of steps must be at least 1".to_owned()));
    }
    // What follows the solver in a name: `_sde` adds noise in every step, `_k` spaces the noise as Karras et al. do.
    let (method, karras) = match name.strip_suffix("_k") {
        Some(method) => (method, true),
        None => (name, false),
    };
    Ok(match (method, karras) {
        ("ddim", false) => Box::new(Ddim::new(config, steps)?),
        ("euler", _) => Box::new(Euler::new(config, karras, steps)?),
        ("dpmpp_2m", _) => Box::new(DpmppMultistep::new(config, 2, false, karras, steps)?),
        ("dpmpp_2m_sde", _) => Box::new(DpmppMultistep::new(config, 2, true, karras, steps)?),
        ("dpmpp_3m", _) => Box::new(DpmppMultistep::new(config, 3, false, karras, steps)?),
        _ => return Err(EngineError::UnknownScheduler { name: name.to_owned(), available: NAMES.join(", ") }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_a_scheduler() {
        for name in NAMES {
            let scheduler = by_name(name, &SchedulerConfig::default(), 7).unwrap();
            assert_eq!(scheduler.timesteps().len(), 7, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_not_built_names_those_that_are() {
        for name in ["lms", "ddim_k", "euler_k_k", ""] {
            let error = by_name(name, &SchedulerConfig::default(), 5).err().unwrap().to_string();
            assert!(error.starts_with(&format!("unknown scheduler `{name}`, available: ddim, dpmpp_2m,")), "{error}");
        }
    }

    #[test]
    fn no_steps_is_refused() {
        let error = by_name("euler", &SchedulerConfig::default(), 0).err().unwrap().to_string();
        assert_eq!(error, "the number of steps must be at least 1");
    }
}
