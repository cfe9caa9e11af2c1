//! `scheduler/scheduler_config.json`.

use serde_json::{Value, json};

use super::Family;

pub(super) fn config(family: Family) -> Value {
    let mut config = json!({
        "_class_name": "PNDMScheduler",
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "clip_sample": false,
        "num_train_timesteps": 1000,
        "set_alpha_to_one": false,
        "skip_prk_steps": true,
        "steps_offset": 1,
        "trained_betas": null,
    });
    let mut set = |key: &str, value: Value| config[key] = value;
    match family {
        Family::Sd1 => {}
        Family::Sd2 => {
            set("_class_name", json!("DDIMScheduler"));
            // That of the model made for 768 pixels; what the record says counts more.
            set("prediction_type", json!("v_prediction"));
        }
        Family::Sdxl | Family::SdxlRefiner => {
            set("_class_name", json!("EulerDiscreteScheduler"));
            set("interpolation_type", json!("linear"));
            set("prediction_type", json!("epsilon"));
            set("sample_max_value", json!(1.0));
            set("timestep_spacing", json!("leading"));
            set("use_karras_sigmas", json!(false));
        }
    }
    config
}
