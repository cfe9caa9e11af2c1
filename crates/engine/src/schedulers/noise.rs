//! The noise of training: how much of the picture is left at each timestep.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_discrete.py`, `betas_for_alpha_bar`,
//! `rescale_zero_terminal_snr` and the constructor, which all schedulers share.

use tch::{Device, Kind, Tensor};

use super::{BetaSchedule, SchedulerConfig};
use crate::{EngineError, Result};

const MAX_BETA: f64 = 0.999;
/// The last alpha where training ends in pure noise: close enough to zero, and its inverse is finite.
const LAST_ALPHA: f32 = 1.0 / 16_777_216.0;

/// What a scheduler class takes for betas where the file says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Betas {
    start: f64,
    end: f64,
    schedule: BetaSchedule,
}

impl Betas {
    /// Those of the first paper.
    pub(super) const FIRST: Self = Self { start: 0.0001, end: 0.02, schedule: BetaSchedule::Linear };
    /// The ends of latent diffusion, evenly growing.
    pub(super) const LATENT_LINEAR: Self = Self { start: 0.00085, end: 0.012, schedule: BetaSchedule::Linear };
    /// Those of latent diffusion.
    pub(super) const LATENT: Self = Self { start: 0.00085, end: 0.012, schedule: BetaSchedule::ScaledLinear };
}

/// What a scheduler class makes of `rescale_betas_zero_snr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZeroSnr {
    /// It does not know the setting.
    Unknown,
    /// Training ends in pure noise.
    Exact,
    /// Training ends in nearly pure noise, whose inverse is finite.
    Nearly,
}

/// The share of the picture's variance left at each training timestep, falling from nearly 1.
///
/// It is computed by libtorch in float32 so that every bit is as in the reference.
pub(super) fn alphas_cumprod(config: &SchedulerConfig, default: Betas, zero_snr: ZeroSnr) -> Result<Vec<f32>> {
    let mut betas = betas(config, default)?;
    let rescale = config.rescale_betas_zero_snr == Some(true) && zero_snr != ZeroSnr::Unknown;
    if rescale {
        betas = rescale_to_zero_snr(&betas)?;
    }
    let mut alphas = Vec::<f32>::try_from(one_minus(&betas)?.f_cumprod(0, None)?)?;
    if let (true, ZeroSnr::Nearly, Some(last)) = (rescale, zero_snr, alphas.last_mut()) {
        *last = LAST_ALPHA;
    }
    Ok(alphas)
}

/// The noise level at each training timestep.
pub(super) fn training_sigmas(alphas_cumprod: &[f32]) -> Result<Vec<f32>> {
    let alphas = Tensor::f_from_slice(alphas_cumprod)?;
    Ok(Vec::try_from(one_minus(&alphas)?.f_div(&alphas)?.f_sqrt()?)?)
}

fn betas(config: &SchedulerConfig, default: Betas) -> Result<Tensor> {
    let float = (Kind::Float, Device::Cpu);
    let (start, end) = (config.beta_start.unwrap_or(default.start), config.beta_end.unwrap_or(default.end));
    let count = i64::try_from(config.num_train_timesteps()).unwrap_or(i64::MAX);
    if let Some(trained) = &config.trained_betas {
        if trained.len() != config.num_train_timesteps() {
            let (betas, steps) = (trained.len(), config.num_train_timesteps());
            return Err(EngineError::Setting(format!("`trained_betas` has {betas} numbers for {steps} timesteps")));
        }
        return Ok(Tensor::f_from_slice(trained)?.f_to_kind(Kind::Float)?);
    }
    Ok(match config.beta_schedule.unwrap_or(default.schedule) {
        BetaSchedule::Linear => Tensor::f_linspace(start, end, count, float)?,
        BetaSchedule::ScaledLinear => Tensor::f_linspace(start.sqrt(), end.sqrt(), count, float)?.f_square()?,
        BetaSchedule::SquaredcosCapV2 => Tensor::f_from_slice(&squared_cosine(count))?.f_to_kind(Kind::Float)?,
    })
}

fn squared_cosine(count: i64) -> Vec<f64> {
    let left = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2).cos().powi(2);
    let at = |i: i64| left(i as f64 / count as f64);
    (0..count).map(|i| (1.0 - at(i + 1) / at(i)).min(MAX_BETA)).collect()
}

/// Betas whose last timestep is pure noise (<https://arxiv.org/abs/2305.08891>, algorithm 1).
fn rescale_to_zero_snr(betas: &Tensor) -> Result<Tensor> {
    let root = one_minus(betas)?.f_cumprod(0, None)?.f_sqrt()?;
    let count = root.size()[0];
    let (first, last) = (root.f_narrow(0, 0, 1)?, root.f_narrow(0, count - 1, 1)?);
    let root = root.f_sub(&last)?.f_mul(&first.f_div(&first.f_sub(&last)?)?)?;
    let cumprod = root.f_square()?;
    let ratios = cumprod.f_narrow(0, 1, count - 1)?.f_div(&cumprod.f_narrow(0, 0, count - 1)?)?;
    one_minus(&Tensor::f_cat(&[cumprod.f_narrow(0, 0, 1)?, ratios], 0)?)
}

fn one_minus(x: &Tensor) -> Result<Tensor> {
    Ok(x.f_neg()?.f_add_scalar(1.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_schedule_grows_from_almost_nothing_to_its_cap() {
        let betas = squared_cosine(1000);
        assert!(betas.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(betas[0] > 0.0 && betas[0] < 1e-4 && betas[999] == MAX_BETA, "{} {}", betas[0], betas[999]);
    }

    #[test]
    fn rescaled_betas_end_in_pure_noise() {
        let config = SchedulerConfig {
            beta_schedule: Some(BetaSchedule::ScaledLinear),
            rescale_betas_zero_snr: Some(true),
            ..SchedulerConfig::default()
        };
        let last = |zero_snr| alphas_cumprod(&config, Betas::FIRST, zero_snr).unwrap()[999];
        assert_eq!(last(ZeroSnr::Exact), 0.0);
        assert_eq!(last(ZeroSnr::Nearly), LAST_ALPHA);
        assert!(last(ZeroSnr::Unknown) > LAST_ALPHA);
    }

    #[test]
    fn given_betas_must_be_one_per_timestep() {
        let config = SchedulerConfig { trained_betas: Some(vec![0.1; 3]), ..SchedulerConfig::default() };
        let error = alphas_cumprod(&config, Betas::FIRST, ZeroSnr::Exact).unwrap_err().to_string();
        assert_eq!(error, "`trained_betas` has 3 numbers for 1000 timesteps");
    }
}
