//! The part of a run that is asked for.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` `init_scheduler`.

use crate::schedulers::Scheduler;

/// The part of a scheduler's timesteps a request asks for.
#[derive(Debug, PartialEq)]
pub(super) struct Window {
    /// The timestep whose noise the run starts with; there is one even if there is no step to do.
    pub(super) first: f64,
    /// The timesteps to do.
    pub(super) timesteps: Vec<f64>,
}

impl Window {
    /// The timesteps between start and end, 0 for pure noise and 1 for the picture, whole steps of the method only; none
    /// if the start is behind the last. `training` is the number of timesteps the model was trained with.
    pub(super) fn select(scheduler: &dyn Scheduler, training: usize, start: f64, end: f64) -> Option<Self> {
        let (timesteps, order) = (scheduler.timesteps(), scheduler.order());
        let value = |share: f64| (training as f64 * (1.0 - share)).round_ties_even();
        let steps: Vec<f64> = timesteps.iter().copied().step_by(order).collect();
        let before = steps.iter().filter(|t| **t >= value(start)).count();
        let within = steps[before..].iter().filter(|t| **t >= value(end)).count();
        let rest = timesteps.get(before * order..)?;
        Some(Self { first: *rest.first()?, timesteps: rest.iter().copied().take(within * order).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedulers::{SchedulerConfig, by_name};

    #[test]
    fn a_run_is_cut_to_the_part_asked_for() {
        let scheduler = by_name("ddim", &SchedulerConfig::default(), 10, 0).unwrap(); // 900, 800, .. 0
        let part = |start, end| Window::select(&*scheduler, 1000, start, end).map(|part| (part.first, part.timesteps));
        assert_eq!(part(0.0, 1.0).unwrap().1.len(), 10);
        assert_eq!(part(0.5, 1.0).unwrap(), (400.0, vec![400.0, 300.0, 200.0, 100.0, 0.0]));
        assert_eq!(part(0.0, 0.3).unwrap(), (900.0, vec![900.0, 800.0, 700.0]));
        assert_eq!(part(0.2, 0.2).unwrap(), (700.0, vec![]));
        assert!(part(1.0, 1.0).is_none());
    }
}
