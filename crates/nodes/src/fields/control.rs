//! What steers a denoising run beside text.

use invoke_graph::{NULL, OneOrMany, choices, object};
use serde_json::json;

use super::{ImageField, ModelIdentifierField, TensorField};

choices! {
    /// Whether prompt or control image wins.
    pub enum ControlMode {
        Balanced = "balanced",
        MorePrompt = "more_prompt",
        MoreControl = "more_control",
        Unbalanced = "unbalanced",
    }
}

choices! {
    /// How a control image is fitted to the picture.
    pub enum ControlResizeMode {
        JustResize = "just_resize",
        CropResize = "crop_resize",
        FillResize = "fill_resize",
        JustResizeSimple = "just_resize_simple",
    }
}

object! {
    /// A ControlNet with its image.
    pub struct ControlField {
        /// The control image
        pub image: ImageField,
        /// The ControlNet model to use
        pub control_model: ModelIdentifierField,
        /// The weight given to the ControlNet
        #[field(default = 1)]
        pub control_weight: OneOrMany<f64>,
        /// When the ControlNet is first applied (% of total steps)
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// When the ControlNet is last applied (% of total steps)
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// The control mode to use
        #[field(default = "balanced")]
        pub control_mode: ControlMode,
        /// The resize mode to use
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
    }
}

object! {
    /// An IP-Adapter with its images.
    pub struct IPAdapterField {
        /// The IP-Adapter image prompt(s).
        pub image: OneOrMany<ImageField>,
        /// The IP-Adapter model to use.
        pub ip_adapter_model: ModelIdentifierField,
        /// The name of the CLIP image encoder model.
        pub image_encoder_model: ModelIdentifierField,
        /// The weight given to the IP-Adapter.
        #[field(default = 1)]
        pub weight: OneOrMany<f64>,
        /// The IP Adapter blocks to apply
        #[field(default = json!([]))]
        pub target_blocks: Vec<String>,
        /// Weight apply method
        #[field(default = "full")]
        pub method: String,
        /// When the IP-Adapter is first applied (% of total steps)
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// When the IP-Adapter is last applied (% of total steps)
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// The bool mask associated with this IP-Adapter. Excluded regions should be set to False, included regions should be set to True.
        #[field(default = NULL)]
        pub mask: Option<TensorField>,
    }
}

object! {
    /// A T2I-Adapter with its image.
    pub struct T2IAdapterField {
        /// The T2I-Adapter image prompt.
        pub image: ImageField,
        /// The T2I-Adapter model to use.
        pub t2i_adapter_model: ModelIdentifierField,
        /// The weight given to the T2I-Adapter
        #[field(default = 1)]
        pub weight: OneOrMany<f64>,
        /// When the T2I-Adapter is first applied (% of total steps)
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// When the T2I-Adapter is last applied (% of total steps)
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// The resize mode to use
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
    }
}
