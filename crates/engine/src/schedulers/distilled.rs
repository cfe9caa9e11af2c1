//! The timesteps of the methods for distilled models, which were trained at a few timesteps only.
//!
//! Reference: diffusers 0.40.0, `schedulers/scheduling_lcm.py` and `schedulers/scheduling_tcd.py`, `set_timesteps`.

use super::SchedulerConfig;
use crate::{EngineError, Result};

/// How many timesteps a model was distilled for where its configuration does not say.
const DISTILLED_STEPS: usize = 50;

/// `steps` of the timesteps a model was distilled for, from the noisiest on.
pub(super) fn timesteps(name: &str, config: &SchedulerConfig, steps: usize) -> Result<Vec<f64>> {
    let training = config.num_train_timesteps();
    let distilled = config.original_inference_steps.unwrap_or(DISTILLED_STEPS);
    if distilled == 0 || distilled > training {
        let reason = format!("`original_inference_steps` must be between 1 and {training}: {distilled}");
        return Err(EngineError::Setting(reason));
    }
    if steps > distilled {
        let reason = format!("`{name}` takes at most {distilled} steps with this model: {steps}");
        return Err(EngineError::Setting(reason));
    }
    let stride = training / distilled;
    let distance = distilled as f64 / steps as f64;
    let falling = |i: usize| (distilled - (i as f64 * distance).floor() as usize) * stride - 1;
    Ok((0..steps).map(|i| falling(i) as f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noisiest_timestep_comes_first() {
        let config = SchedulerConfig::default();
        assert_eq!(timesteps("lcm", &config, 4).unwrap(), [999.0, 759.0, 499.0, 259.0]);
        let error = timesteps("lcm", &config, 51).unwrap_err().to_string();
        assert_eq!(error, "`lcm` takes at most 50 steps with this model: 51");
    }
}
