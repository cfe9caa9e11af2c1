//! `scheduler_config.json`: what a model's training fixed, and what its makers recommend.
//!
//! Reference: diffusers 0.40.0, `configuration_utils.py` `ConfigMixin.from_config`, as called by InvokeAI 6.14.2,
//! `app/invocations/denoise_latents.py` `get_scheduler`: the file is written for one scheduler class and read for
//! another. A key the file lacks has the default of the class that is made.

use std::path::Path;

use serde::Deserialize;

use crate::models::checkpoint;
use crate::{EngineError, Result};

/// What the model predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// The noise.
    Epsilon,
    /// The velocity between noise and picture (<https://arxiv.org/abs/2202.00512>).
    VPrediction,
    /// The picture itself.
    Sample,
}

/// How much noise each training timestep adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaSchedule {
    /// Evenly growing.
    Linear,
    /// The squares of evenly growing numbers.
    ScaledLinear,
    /// From a squared cosine (<https://arxiv.org/abs/2102.09672>).
    SquaredcosCapV2,
}

/// How a run's timesteps are spread over the training's (<https://arxiv.org/abs/2305.08891>, table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Evenly, both ends included.
    Linspace,
    /// At whole multiples from the start.
    Leading,
    /// At whole multiples from the end.
    Trailing,
}

/// The noise level after the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalSigma {
    /// None.
    Zero,
    /// That of the first training timestep.
    SigmaMin,
}

/// A scheduler's configuration. `None` where the file says nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names and meanings are those of the file's format")]
pub struct SchedulerConfig {
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    pub num_train_timesteps: Option<usize>,
    pub beta_start: Option<f64>,
    pub beta_end: Option<f64>,
    pub beta_schedule: Option<BetaSchedule>,
    pub trained_betas: Option<Vec<f64>>,
    pub rescale_betas_zero_snr: Option<bool>,
    pub prediction_type: Option<Prediction>,
    pub timestep_spacing: Option<Spacing>,
    pub steps_offset: Option<i64>,
    pub clip_sample: Option<bool>,
    pub clip_sample_range: Option<f64>,
    pub set_alpha_to_one: Option<bool>,
    pub use_karras_sigmas: Option<bool>,
    pub sigma_min: Option<f64>,
    pub sigma_max: Option<f64>,
    pub final_sigmas_type: Option<FinalSigma>,
    pub solver_order: Option<usize>,
    pub solver_type: Option<String>,
    pub algorithm_type: Option<String>,
    pub lower_order_final: Option<bool>,
    pub euler_at_final: Option<bool>,
    pub lambda_min_clipped: Option<f64>,
    pub thresholding: Option<bool>,
    pub use_exponential_sigmas: Option<bool>,
    pub use_beta_sigmas: Option<bool>,
    pub use_lu_lambdas: Option<bool>,
    pub use_flow_sigmas: Option<bool>,
    pub interpolation_type: Option<String>,
    pub timestep_type: Option<String>,
    pub variance_type: Option<String>,
    pub skip_prk_steps: Option<bool>,
    pub predict_x0: Option<bool>,
    pub disable_corrector: Option<Vec<usize>>,
    pub original_inference_steps: Option<usize>,
    pub timestep_scaling: Option<f64>,
}

/// The scheduler classes that can sort their noise levels as Karras et al. do.
const KARRAS_CLASSES: [&str; 10] = [
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSDEScheduler",
    "DPMSolverSinglestepScheduler",
    "EulerDiscreteScheduler",
    "HeunDiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "LMSDiscreteScheduler",
    "UniPCMultistepScheduler",
];
/// The scheduler classes whose solver has an order.
const SOLVER_CLASSES: [&str; 4] = [
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "UniPCMultistepScheduler",
];
/// The scheduler classes whose solver comes in several kinds.
const ALGORITHM_CLASSES: [&str; 3] =
    ["DEISMultistepScheduler", "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"];

impl SchedulerConfig {
    /// Reads `scheduler_config.json` from a model's `scheduler` folder.
    pub fn load(folder: &Path) -> Result<Self> {
        checkpoint::read(folder, "scheduler_config.json")
    }

    /// The same with what a model's record says it predicts.
    ///
    /// Only a file that names `prediction_type` is overruled: the reference ignores the record otherwise, and so must
    /// we for the same picture.
    #[must_use]
    pub fn with_prediction(mut self, prediction: Prediction) -> Self {
        if self.prediction_type.is_some() {
            self.prediction_type = Some(prediction);
        }
        self
    }

    /// The value of a setting that a scheduler's name asks for.
    ///
    /// The reference merges the name's settings into the file's and then forgets every setting that the file's own class
    /// knows but the file does not name, so that `euler_k` with an Euler file without `use_karras_sigmas` is `euler`.
    fn asked<T>(&self, asked: T, in_file: Option<&T>, knowing: &[&str], default: T) -> T {
        let file_knows = self.class_name.as_deref().is_some_and(|class| knowing.contains(&class));
        if in_file.is_some() || !file_knows { asked } else { default }
    }

    pub(super) fn karras(&self, asked: bool) -> bool {
        self.asked(asked, self.use_karras_sigmas.as_ref(), &KARRAS_CLASSES, false)
    }

    pub(super) fn order(&self, asked: usize) -> usize {
        self.asked(asked, self.solver_order.as_ref(), &SOLVER_CLASSES, 2)
    }

    /// The algorithm a name asks for; a name that asks for none leaves the choice to the file.
    pub(super) fn algorithm(&self, asked: Option<&str>) -> String {
        let in_file = self.algorithm_type.as_ref();
        match asked {
            Some(asked) => self.asked(asked.to_owned(), in_file, &ALGORITHM_CLASSES, DPMPP.to_owned()),
            None => in_file.cloned().unwrap_or_else(|| DPMPP.to_owned()),
        }
    }

    pub(crate) fn num_train_timesteps(&self) -> usize {
        self.num_train_timesteps.unwrap_or(1000)
    }

    /// The noise levels between which Karras et al. spread theirs, `(max, min)`, where those of the run are these.
    pub(super) fn karras_ends(&self, sigmas: &[f64]) -> (f64, f64) {
        let own = |end: Option<&f64>| end.copied().unwrap_or_default();
        (self.sigma_max.unwrap_or(own(sigmas.first())), self.sigma_min.unwrap_or(own(sigmas.last())))
    }

    /// What the model predicts, for a method called `name` that does not work with the picture itself.
    pub(super) fn noisy_prediction(&self, name: &str) -> Result<Prediction> {
        match self.prediction() {
            Prediction::Sample => Err(EngineError::Setting(format!(
                "`{name}` does not work with models that predict the picture itself (`prediction_type` is `sample`)"
            ))),
            prediction => Ok(prediction),
        }
    }

    pub(super) fn prediction(&self) -> Prediction {
        self.prediction_type.unwrap_or(Prediction::Epsilon)
    }

    pub(super) fn steps_offset(&self) -> i64 {
        self.steps_offset.unwrap_or(0)
    }

    /// Refuses settings that make no sense, and those that would change the picture and are not built.
    pub(super) fn check(&self) -> Result<()> {
        if self.num_train_timesteps() < 2 {
            let got = self.num_train_timesteps();
            return Err(EngineError::Setting(format!("`num_train_timesteps` must be at least 2: {got}")));
        }
        let on = |flag: Option<bool>| flag == Some(true);
        let other = |value: &Option<String>, known: &str| value.as_deref().is_some_and(|value| value != known);
        let refused = [
            (on(self.thresholding), "thresholding"),
            (on(self.use_exponential_sigmas), "use_exponential_sigmas"),
            (on(self.use_beta_sigmas), "use_beta_sigmas"),
            (on(self.use_lu_lambdas), "use_lu_lambdas"),
            (on(self.use_flow_sigmas), "use_flow_sigmas"),
            (other(&self.interpolation_type, "linear"), "interpolation_type"),
            (other(&self.timestep_type, "discrete"), "timestep_type"),
            (self.variance_type.as_deref().is_some_and(|kind| kind.starts_with("learned")), "variance_type"),
        ];
        match refused.iter().find(|(refused, _)| *refused) {
            Some((_, key)) => Err(EngineError::Setting(format!(
                "the model's scheduler configuration sets `{key}` to a value that is not supported"
            ))),
            None => Ok(()),
        }
    }
}

/// The default algorithm of the multistep solver.
pub(super) const DPMPP: &str = "dpmsolver++";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(json: &str) -> SchedulerConfig {
        serde_json::from_str(json).unwrap()
    }

    // Each expectation was seen with diffusers 0.40.0: `from_pretrained` of the file's class, then `from_config` of the
    // other class with the merged settings.
    #[test]
    fn a_name_overrules_what_the_files_class_does_not_know() {
        let pndm = file(r#"{"_class_name": "PNDMScheduler"}"#);
        assert!(pndm.karras(true));
        assert_eq!(pndm.order(3), 3);
        let euler = file(r#"{"_class_name": "EulerDiscreteScheduler"}"#);
        assert_eq!(euler.order(3), 3);
    }

    #[test]
    fn a_setting_the_files_class_knows_but_the_file_leaves_out_stays_at_its_default() {
        let euler = file(r#"{"_class_name": "EulerDiscreteScheduler"}"#);
        assert!(!euler.karras(true));
        let dpm = file(r#"{"_class_name": "DPMSolverMultistepScheduler"}"#);
        assert!(!dpm.karras(true));
        assert_eq!(dpm.order(3), 2);
    }

    #[test]
    fn a_setting_the_file_names_is_overruled() {
        let euler = file(r#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": false}"#);
        assert!(euler.karras(true));
        let dpm = file(r#"{"_class_name": "DPMSolverMultistepScheduler", "solver_order": 2}"#);
        assert_eq!(dpm.order(3), 3);
        let named = file(r#"{"prediction_type": "epsilon"}"#).with_prediction(Prediction::VPrediction);
        assert_eq!(named.prediction(), Prediction::VPrediction);
        let silent = file("{}").with_prediction(Prediction::VPrediction);
        assert_eq!(silent.prediction(), Prediction::Epsilon);
    }

    #[test]
    fn a_setting_that_is_not_built_or_makes_no_sense_is_named() {
        let error = file(r#"{"num_train_timesteps": 0}"#).check().unwrap_err().to_string();
        assert_eq!(error, "`num_train_timesteps` must be at least 2: 0");
        let error = file(r#"{"use_beta_sigmas": true}"#).check().unwrap_err().to_string();
        assert!(error.contains("`use_beta_sigmas`"), "{error}");
    }

    #[test]
    fn a_file_that_is_missing_or_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = SchedulerConfig::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("scheduler_config.json`: cannot be read"), "{error}");
        std::fs::write(folder.path().join("scheduler_config.json"), r#"{"beta_schedule": "quadratic"}"#).unwrap();
        let error = SchedulerConfig::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("unknown variant `quadratic`"), "{error}");
    }
}
