//! How noise is taken away: one sampling method per file, made by name.
//!
//! A scheduler is made for a number of steps and is used for one run: it decides the timesteps, how noisy the start is,
//! and from the model's prediction at one timestep the latents of the next. To add one: a file with its steps, and its
//! names in [`NAMES`] and [`by_name`].

mod alphas;
mod brownian;
mod config;
mod ddim;
mod ddpm;
mod deis;
mod distilled;
mod dpmpp_multistep;
mod dpmpp_sde;
mod dpmpp_singlestep;
mod er_sde;
mod euler;
mod euler_ancestral;
mod exploding;
mod heun;
mod kdpm2;
mod kdpm2_ancestral;
mod lcm;
mod lms;
mod noise;
mod pndm;
mod preserving;
mod scalar;
mod spacing;
mod tcd;
mod unipc;

use tch::Tensor;

use crate::random::Generator;
use crate::{EngineError, Result};

pub use config::{BetaSchedule, FinalSigma, Prediction, SchedulerConfig, Spacing};
pub use ddim::Ddim;
pub use ddpm::Ddpm;
pub use deis::Deis;
pub use dpmpp_multistep::DpmppMultistep;
pub use dpmpp_sde::DpmppSde;
pub use dpmpp_singlestep::DpmppSinglestep;
pub use er_sde::ErSde;
pub use euler::Euler;
pub use euler_ancestral::EulerAncestral;
pub use heun::Heun;
pub use kdpm2::Kdpm2;
pub use kdpm2_ancestral::Kdpm2Ancestral;
pub use lcm::Lcm;
pub use lms::Lms;
pub use pndm::Pndm;
pub use tcd::Tcd;
pub use unipc::UniPc;

/// The names [`by_name`] knows, those of the reference's `SCHEDULER_MAP`.
pub const NAMES: [&str; 31] = [
    "ddim",
    "ddpm",
    "deis",
    "deis_k",
    "lms",
    "lms_k",
    "pndm",
    "heun",
    "heun_k",
    "euler",
    "euler_k",
    "euler_a",
    "kdpm_2",
    "kdpm_2_k",
    "kdpm_2_a",
    "kdpm_2_a_k",
    "dpmpp_2s",
    "dpmpp_2s_k",
    "dpmpp_2m",
    "dpmpp_2m_k",
    "dpmpp_2m_sde",
    "dpmpp_2m_sde_k",
    "dpmpp_3m",
    "dpmpp_3m_k",
    "dpmpp_sde",
    "dpmpp_sde_k",
    "er_sde",
    "unipc",
    "unipc_k",
    "lcm",
    "tcd",
];

/// A sampling method in the course of one run.
pub trait Scheduler: Send {
    /// The timesteps at which the model is asked, from the noisiest on.
    fn timesteps(&self) -> &[f64];

    /// How many timesteps make one step of the method.
    fn order(&self) -> usize {
        1
    }

    /// The noise level at each timestep, and after the last; empty for methods that reckon otherwise.
    fn sigmas(&self) -> &[f32] {
        &[]
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

/// The scheduler of this name for a run of `steps` steps, set up by the model's own configuration. `seed` is that of the
/// picture, for methods that do not draw from a stream.
pub fn by_name(name: &str, config: &SchedulerConfig, steps: usize, seed: u64) -> Result<Box<dyn Scheduler>> {
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
        ("ddpm", false) => Box::new(Ddpm::new(config, steps)?),
        ("deis", _) => Box::new(Deis::new(config, karras, steps)?),
        ("lms", _) => Box::new(Lms::new(config, karras, steps)?),
        ("pndm", false) => Box::new(Pndm::new(config, steps)?),
        ("heun", _) => Box::new(Heun::new(config, karras, steps)?),
        ("euler", _) => Box::new(Euler::new(config, karras, steps)?),
        ("euler_a", false) => Box::new(EulerAncestral::new(config, steps)?),
        ("kdpm_2", _) => Box::new(Kdpm2::new(config, karras, steps)?),
        ("kdpm_2_a", _) => Box::new(Kdpm2Ancestral::new(config, karras, steps)?),
        ("dpmpp_2s", _) => Box::new(DpmppSinglestep::new(config, 2, karras, steps)?),
        ("dpmpp_2m", _) => Box::new(DpmppMultistep::new(config, 2, false, karras, steps)?),
        ("dpmpp_2m_sde", _) => Box::new(DpmppMultistep::new(config, 2, true, karras, steps)?),
        ("dpmpp_3m", _) => Box::new(DpmppMultistep::new(config, 3, false, karras, steps)?),
        ("dpmpp_sde", _) => Box::new(DpmppSde::new(config, karras, steps, seed)?),
        ("er_sde", false) => Box::new(ErSde::new(config, steps)?),
        ("unipc", _) => Box::new(UniPc::new(config, karras, steps)?),
        ("lcm", false) => Box::new(Lcm::new(config, steps)?),
        ("tcd", false) => Box::new(Tcd::new(config, steps)?),
        _ => return Err(EngineError::UnknownScheduler { name: name.to_owned(), available: NAMES.join(", ") }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_none_names_those_that_are() {
        for name in ["dpmpp_4m", "ddim_k", "euler_k_k", ""] {
            let error = by_name(name, &SchedulerConfig::default(), 5, 0).err().unwrap().to_string();
            assert!(error.starts_with(&format!("unknown scheduler `{name}`, available: ddim, ddpm,")), "{error}");
        }
    }

    #[test]
    fn no_steps_is_refused() {
        let error = by_name("euler", &SchedulerConfig::default(), 0, 0).err().unwrap().to_string();
        assert_eq!(error, "the number of steps must be at least 1");
    }

    #[test]
    fn one_step_is_a_run_of_every_method() {
        let config = SchedulerConfig { skip_prk_steps: Some(true), ..SchedulerConfig::default() };
        for name in NAMES {
            let mut scheduler = by_name(name, &config, 1, 0).unwrap();
            let mut generator = Generator::new(0).unwrap();
            let mut latents = generator.randn(&[1, 4, 2, 2], tch::Kind::Float).unwrap();
            for timestep in scheduler.timesteps().to_vec() {
                let input = scheduler.scale_model_input(&latents, timestep).unwrap();
                latents = scheduler.step(&input, timestep, &latents, &mut generator).unwrap().latents;
            }
            assert!(latents.isfinite().all().int64_value(&[]) == 1, "{name}: {latents}");
        }
    }
}
