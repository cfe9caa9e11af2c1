//! Timesteps and noise levels of a run, chosen from those of training.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_euler_discrete.py` `set_timesteps`, `_convert_to_karras`,
//! `_sigma_to_t`, and the `numpy` functions they are made of.

use super::{SchedulerConfig, Spacing};
use crate::{EngineError, Result};

/// `rho` of the paper's equation 5.
const KARRAS_RHO: f64 = 7.0;
/// Keeps the logarithm finite.
const SMALLEST_SIGMA: f64 = 1e-10;

/// `count` numbers from `start` to `end`, both included.
pub(super) fn linspace(start: f64, end: f64, count: usize) -> Vec<f64> {
    match count {
        0 => Vec::new(),
        1 => vec![start],
        _ => {
            let step = (end - start) / (count - 1) as f64;
            let mut numbers: Vec<f64> = (0..count).map(|i| i as f64 * step + start).collect();
            numbers[count - 1] = end;
            numbers
        }
    }
}

/// Whole timesteps from `from` down to 0, excluded, at distance `ratio`, minus 1.
pub(super) fn trailing(from: usize, ratio: f64) -> Vec<f64> {
    let count = (from as f64 / ratio).ceil() as usize;
    (0..count).map(|i| (from as f64 - i as f64 * ratio).round_ties_even() - 1.0).collect()
}

/// Timesteps of `steps` steps from the noisiest on, both ends of training included where they are spread evenly; these
/// need not be whole.
pub(super) fn even(config: &SchedulerConfig, steps: usize) -> Vec<f64> {
    let training = config.num_train_timesteps();
    match config.timestep_spacing.unwrap_or(Spacing::Linspace) {
        Spacing::Linspace => linspace(0.0, (training - 1) as f64, steps).into_iter().rev().collect(),
        other => whole_multiples(config, other, steps),
    }
}

/// The same in float32, as most of the reference's classes keep, compare and embed them.
pub(super) fn single(timesteps: Vec<f64>) -> Vec<f64> {
    timesteps.into_iter().map(|t| f64::from(t as f32)).collect()
}

/// The same for methods that count in whole timesteps and leave gaps at the end where nothing else is said.
pub(super) fn whole(config: &SchedulerConfig, steps: usize) -> Vec<f64> {
    let training = config.num_train_timesteps();
    match config.timestep_spacing.unwrap_or(Spacing::Leading) {
        Spacing::Linspace => {
            let rising = linspace(0.0, (training - 1) as f64, steps);
            rising.into_iter().rev().map(f64::round_ties_even).collect()
        }
        other => whole_multiples(config, other, steps),
    }
}

fn whole_multiples(config: &SchedulerConfig, spacing: Spacing, steps: usize) -> Vec<f64> {
    let training = config.num_train_timesteps();
    match spacing {
        Spacing::Trailing => trailing(training, training as f64 / steps as f64),
        _ => {
            let ratio = training / steps;
            (0..steps).rev().map(|i| ((i * ratio) as i64 + config.steps_offset()) as f64).collect()
        }
    }
}

/// Whole timesteps of the solvers that never ask at the end of the run, out of the first `last` of training.
pub(super) fn solver(config: &SchedulerConfig, last: usize, steps: usize) -> Vec<f64> {
    match config.timestep_spacing.unwrap_or(Spacing::Linspace) {
        Spacing::Linspace => solver_linspace(last, steps),
        Spacing::Leading => {
            let ratio = last / (steps + 1);
            (1..=steps).rev().map(|i| ((i * ratio) as i64 + config.steps_offset()) as f64).collect()
        }
        Spacing::Trailing => trailing(last, config.num_train_timesteps() as f64 / steps as f64),
    }
}

/// The same, spread evenly whatever the configuration says.
pub(super) fn solver_linspace(last: usize, steps: usize) -> Vec<f64> {
    let rising = linspace(0.0, (last - 1) as f64, steps + 1);
    rising.into_iter().skip(1).rev().map(f64::round_ties_even).collect()
}

/// The noise level at each timestep.
pub(super) fn levels(timesteps: &[f64], training: &[f32]) -> Vec<f64> {
    timesteps.iter().map(|t| interpolate(training, *t)).collect()
}

/// Timesteps, not whole, and noise levels as [`karras`] spreads them.
pub(super) fn karras_levels(max: f64, min: f64, steps: usize, training: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let sigmas = karras(max, min, steps);
    (sigmas.iter().map(|sigma| sigma_to_timestep(*sigma, training)).collect(), sigmas)
}

/// The value of `table` at a place between its entries; beyond its ends, the value at the end.
pub(super) fn interpolate(table: &[f32], place: f64) -> f64 {
    let last = table.len() - 1;
    if place <= 0.0 {
        return f64::from(table[0]);
    }
    if place >= last as f64 {
        return f64::from(table[last]);
    }
    let low = place.floor() as usize;
    let (from, to) = (f64::from(table[low]), f64::from(table[low + 1]));
    (to - from) * (place - low as f64) + from
}

/// Noise levels from `max` down to `min`, denser where there is little noise (<https://arxiv.org/abs/2206.00364>).
pub(super) fn karras(max: f64, min: f64, count: usize) -> Vec<f64> {
    let (max, min) = (max.powf(1.0 / KARRAS_RHO), min.powf(1.0 / KARRAS_RHO));
    linspace(0.0, 1.0, count).into_iter().map(|ramp| (max + ramp * (min - max)).powf(KARRAS_RHO)).collect()
}

/// The timestep, between two of training, at which the noise level is `sigma`. `training` rises.
pub(super) fn sigma_to_timestep(sigma: f64, training: &[f32]) -> f64 {
    // In float32, as in the reference: where the noise level is one of training, the last bit decides whether the
    // timestep is whole.
    let log_sigma = sigma.max(SMALLEST_SIGMA).ln() as f32;
    let log = |index: usize| training[index].ln();
    let not_above = training.partition_point(|level| level.ln() <= log_sigma);
    let low = not_above.saturating_sub(1).min(training.len() - 2);
    let share = ((log(low) - log_sigma) / (log(low) - log(low + 1))).clamp(0.0, 1.0);
    f64::from(1.0 - share) * low as f64 + f64::from(share) * (low + 1) as f64
}

/// Where the run stands at its first timestep: the second of two equal ones, so that none is skipped in between.
pub(super) fn index_of(timesteps: &[f64], timestep: f64) -> Option<usize> {
    let mut places = timesteps.iter().enumerate().filter(|(_, own)| **own == timestep).map(|(index, _)| index);
    let first = places.next();
    places.next().or(first)
}

/// Where a run stands: at `known`, or if it has not begun, at this timestep.
pub(super) fn place(known: Option<usize>, timesteps: &[f64], timestep: f64) -> Result<usize> {
    let place = match known {
        Some(index) => index,
        None => index_of(timesteps, timestep)
            .ok_or_else(|| EngineError::Setting(format!("{timestep} is not a timestep of this run")))?,
    };
    if place < timesteps.len() {
        return Ok(place);
    }
    Err(EngineError::Setting(format!("the run of {} steps is over", timesteps.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_include_both_ends() {
        assert_eq!(linspace(0.0, 999.0, 4), [0.0, 333.0, 666.0, 999.0]);
        assert_eq!(linspace(5.0, 9.0, 1), [5.0]);
    }

    #[test]
    fn trailing_timesteps_start_at_the_last() {
        assert_eq!(trailing(1000, 250.0), [999.0, 749.0, 499.0, 249.0]);
        assert_eq!(trailing(1000, 1000.0 / 3.0), [999.0, 666.0, 332.0]);
    }

    #[test]
    fn places_between_entries_are_interpolated_and_beyond_them_clamped() {
        let table = [1.0, 3.0, 7.0];
        assert_eq!([-1.0, 0.5, 1.25, 2.0, 9.0].map(|place| interpolate(&table, place)), [1.0, 2.0, 4.0, 7.0, 7.0]);
    }

    #[test]
    fn a_training_noise_level_leads_back_to_its_timestep() {
        let table = [0.1, 0.5, 2.0, 8.0];
        for (timestep, sigma) in table.iter().enumerate() {
            assert!((sigma_to_timestep(f64::from(*sigma), &table) - timestep as f64).abs() < 1e-6);
        }
        assert_eq!(sigma_to_timestep(100.0, &table), 3.0);
        assert_eq!(sigma_to_timestep(0.0, &table), 0.0);
    }

    #[test]
    fn of_two_equal_timesteps_the_second_counts() {
        assert_eq!(index_of(&[9.0, 5.0, 5.0, 1.0], 5.0), Some(2));
        assert_eq!(index_of(&[9.0, 5.0, 1.0], 9.0), Some(0));
        assert_eq!(index_of(&[9.0], 4.0), None);
    }
}
