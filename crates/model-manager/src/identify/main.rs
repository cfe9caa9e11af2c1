//! Main models: Stable Diffusion 1.x as a diffusers folder.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/configs/main.py`, `Main_Diffusers_SD1_Config`.

use super::read_config;
use crate::IdentifyError;
use crate::hash::entries;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Pipelines whose parts we know.
const PIPELINES: [&str; 3] =
    ["StableDiffusionPipeline", "StableDiffusionInpaintPipeline", "LatentConsistencyModelPipeline"];

pub(super) fn identify(path: &Path) -> Result<Map<String, Value>, IdentifyError> {
    let unrecognised = |reason: String| IdentifyError::Unrecognised { path: path.to_owned(), reason };
    if !path.join("model_index.json").is_file() {
        return Err(unrecognised("expected a folder in the diffusers layout, with a `model_index.json`".into()));
    }
    let index = read_config(&path.join("model_index.json"))?;
    let class = index.get("_class_name").and_then(Value::as_str).unwrap_or_default();
    if !PIPELINES.contains(&class) {
        return Err(unrecognised(format!("expected one of the pipelines {}, got: {class}", PIPELINES.join(", "))));
    }
    let unet_file = path.join("unet/config.json");
    let unet = read_config(&unet_file)?;
    let number = |key: &str| unet.get(key).and_then(Value::as_i64);
    let base = match number("cross_attention_dim") {
        Some(768) => "sd-1",
        other => {
            return Err(unrecognised(format!(
                "expected a UNet with `cross_attention_dim` 768 (Stable Diffusion 1.x), got: {}",
                text(other)
            )));
        }
    };
    let variant = match number("in_channels") {
        Some(4) => "normal",
        Some(9) => "inpaint",
        other => {
            let reason = format!("expected `in_channels` 4 or 9, got: {}", text(other));
            return Err(IdentifyError::BadConfig { file: unet_file, reason });
        }
    };
    let scheduler_file = path.join("scheduler/scheduler_config.json");
    let scheduler = read_config(&scheduler_file)?;
    let prediction_type = match scheduler.get("prediction_type").map(|value| value.as_str().unwrap_or_default()) {
        None | Some("epsilon") => "epsilon",
        Some("v_prediction") => "v_prediction",
        Some(other) => {
            let reason = format!("expected `prediction_type` epsilon or v_prediction, got: {other}");
            return Err(IdentifyError::BadConfig { file: scheduler_file, reason });
        }
    };
    let fields = json!({
        "type": "main",
        "trigger_phrases": null,
        "default_settings": {
            "vae": null, "vae_precision": null, "scheduler": null, "steps": null, "cfg_scale": null,
            "cfg_rescale_multiplier": null, "width": 512, "height": 512, "guidance": null, "cpu_only": null,
            "fp8_storage": null,
        },
        "format": "diffusers",
        "repo_variant": repo_variant(path),
        "prediction_type": prediction_type,
        "variant": variant,
        "base": base,
    });
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Err(unrecognised("its record is no object".into())),
    }
}

fn text(number: Option<i64>) -> String {
    number.map_or_else(|| "nothing".into(), |number| number.to_string())
}

/// `fp16` when a weight file says so in its name, else the default, which is written as nothing.
fn repo_variant(path: &Path) -> &'static str {
    let files = entries(path).unwrap_or_default();
    let names = files.iter().filter_map(|file| file.file_name()?.to_str());
    let mut weights = names.filter(|name| name.ends_with(".safetensors") || name.ends_with(".bin"));
    if weights.any(|name| name.split('.').skip(1).any(|part| part == "fp16")) { "fp16" } else { "" }
}
