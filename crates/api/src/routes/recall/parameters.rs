//! The settings that can be handed over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Request model for updating recallable parameters.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecallParameter {
    /// Positive prompt text
    pub(super) positive_prompt: Option<String>,
    /// Negative prompt text
    pub(super) negative_prompt: Option<String>,
    /// Main model name/identifier
    pub(super) model: Option<String>,
    /// Refiner model name/identifier
    pub(super) refiner_model: Option<String>,
    /// VAE model name/identifier
    pub(super) vae_model: Option<String>,
    /// Scheduler name
    pub(super) scheduler: Option<String>,
    /// Number of generation steps
    #[schema(minimum = 1)]
    pub(super) steps: Option<i64>,
    /// Number of refiner steps
    #[schema(minimum = 0)]
    pub(super) refiner_steps: Option<i64>,
    /// CFG scale for guidance
    pub(super) cfg_scale: Option<f64>,
    /// CFG rescale multiplier
    pub(super) cfg_rescale_multiplier: Option<f64>,
    /// Refiner CFG scale
    pub(super) refiner_cfg_scale: Option<f64>,
    /// Guidance scale
    pub(super) guidance: Option<f64>,
    /// Image width in pixels
    #[schema(minimum = 64)]
    pub(super) width: Option<i64>,
    /// Image height in pixels
    #[schema(minimum = 64)]
    pub(super) height: Option<i64>,
    /// Random seed
    #[schema(minimum = 0)]
    pub(super) seed: Option<i64>,
    /// Denoising strength
    #[schema(minimum = 0, maximum = 1)]
    pub(super) denoise_strength: Option<f64>,
    /// Refiner denoising start
    #[schema(minimum = 0, maximum = 1)]
    pub(super) refiner_denoise_start: Option<f64>,
    /// CLIP skip layers
    #[schema(minimum = 0)]
    pub(super) clip_skip: Option<i64>,
    /// Enable seamless X tiling
    pub(super) seamless_x: Option<bool>,
    /// Enable seamless Y tiling
    pub(super) seamless_y: Option<bool>,
    /// Refiner positive aesthetic score
    pub(super) refiner_positive_aesthetic_score: Option<f64>,
    /// Refiner negative aesthetic score
    pub(super) refiner_negative_aesthetic_score: Option<f64>,
    /// List of LoRAs with their weights
    #[schema(max_items = 100)]
    pub(super) loras: Option<Vec<LoRARecallParameter>>,
    /// List of control adapters (ControlNet, T2I Adapter, Control LoRA) with their settings
    #[schema(max_items = 100)]
    pub(super) control_layers: Option<Vec<ControlNetRecallParameter>>,
    /// List of IP Adapters with their settings
    #[schema(max_items = 100)]
    pub(super) ip_adapters: Option<Vec<IPAdapterRecallParameter>>,
    /// List of model-free reference images for architectures that consume reference images directly
    #[schema(max_items = 100)]
    pub(super) reference_images: Option<Vec<ReferenceImageRecallParameter>>,
}

/// The settings that are lists; cleared, they are empty rather than nothing.
pub(super) const LISTS: [&str; 4] = ["loras", "control_layers", "ip_adapters", "reference_images"];

/// LoRA configuration for recall
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct LoRARecallParameter {
    /// The name of the LoRA model
    pub(super) model_name: String,
    /// The weight for the LoRA
    #[serde(default = "three_quarters")]
    #[schema(minimum = -10, maximum = 10, default = 0.75)]
    pub(super) weight: f64,
    /// Whether the LoRA is enabled
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(super) is_enabled: bool,
}

fn three_quarters() -> f64 {
    0.75
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

/// ControlNet configuration for recall
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct ControlNetRecallParameter {
    /// The name of the ControlNet/T2I Adapter/Control LoRA model
    pub(super) model_name: String,
    /// The filename of the control image in outputs/images
    pub(super) image_name: Option<String>,
    /// The weight for the control adapter
    #[serde(default = "one")]
    #[schema(minimum = -1, maximum = 2, default = 1.0)]
    pub(super) weight: f64,
    /// When the control adapter is first applied (% of total steps)
    #[schema(minimum = 0, maximum = 1)]
    pub(super) begin_step_percent: Option<f64>,
    /// When the control adapter is last applied (% of total steps)
    #[schema(minimum = 0, maximum = 1)]
    pub(super) end_step_percent: Option<f64>,
    /// The control mode (ControlNet only)
    #[schema(inline)]
    pub(super) control_mode: Option<ControlMode>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ControlMode {
    Balanced,
    MorePrompt,
    MoreControl,
}

/// IP Adapter configuration for recall
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct IPAdapterRecallParameter {
    /// The name of the IP Adapter model
    pub(super) model_name: String,
    /// The filename of the reference image in outputs/images
    pub(super) image_name: Option<String>,
    /// The weight for the IP Adapter
    #[serde(default = "one")]
    #[schema(minimum = -1, maximum = 2, default = 1.0)]
    pub(super) weight: f64,
    /// When the IP Adapter is first applied (% of total steps)
    #[schema(minimum = 0, maximum = 1)]
    pub(super) begin_step_percent: Option<f64>,
    /// When the IP Adapter is last applied (% of total steps)
    #[schema(minimum = 0, maximum = 1)]
    pub(super) end_step_percent: Option<f64>,
    /// The IP Adapter method
    #[schema(inline)]
    pub(super) method: Option<Method>,
    /// FLUX Redux image influence (if model is flux_redux)
    #[schema(inline)]
    pub(super) image_influence: Option<Influence>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    Full,
    Style,
    Composition,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Influence {
    Lowest,
    Low,
    Medium,
    High,
    Highest,
}

/// Global reference-image configuration for recall.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct ReferenceImageRecallParameter {
    /// The filename of the reference image in outputs/images
    pub(super) image_name: String,
}
