//! What a picture remembers of the models that helped to make it.

use invoke_graph::{NULL, OneOrMany, choices, object};
use serde_json::Value;

use super::{ControlMode, ControlResizeMode, ImageField, ModelIdentifierField};

choices! {
    /// Which image encoder an IP-Adapter works with.
    pub enum ClipVisionModel {
        VitL = "ViT-L",
        VitH = "ViT-H",
        VitG = "ViT-G",
    }
}

choices! {
    /// What an IP-Adapter takes from its image.
    pub enum IpAdapterMethod {
        Full = "full",
        Style = "style",
        Composition = "composition",
        StyleStrong = "style_strong",
        StylePrecise = "style_precise",
    }
}

object! {
    /// One labelled value.
    pub struct MetadataItemField {
        /// Label for this metadata item
        pub label: String,
        /// The value for this metadata item (may be any type)
        pub value: Value,
    }
}

object! {
    /// LoRA Metadata Field
    pub struct LoRAMetadataField {
        /// LoRA model to load
        pub model: ModelIdentifierField,
        /// The weight at which the LoRA is applied to each model
        pub weight: f64,
    }
}

object! {
    /// A ControlNet that helped.
    pub struct ControlNetMetadataField {
        /// The control image
        pub image: ImageField,
        /// The control image, after processing.
        #[field(default = NULL)]
        pub processed_image: Option<ImageField>,
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
    /// IP Adapter Field, minus the CLIP Vision Encoder model
    pub struct IPAdapterMetadataField {
        /// The IP-Adapter image prompt.
        pub image: ImageField,
        /// The IP-Adapter model.
        pub ip_adapter_model: ModelIdentifierField,
        /// The CLIP Vision model
        pub clip_vision_model: ClipVisionModel,
        /// Method to apply IP Weights with
        pub method: IpAdapterMethod,
        /// The weight given to the IP-Adapter
        pub weight: OneOrMany<f64>,
        /// When the IP-Adapter is first applied (% of total steps)
        pub begin_step_percent: f64,
        /// When the IP-Adapter is last applied (% of total steps)
        pub end_step_percent: f64,
    }
}

object! {
    /// A T2I-Adapter that helped.
    pub struct T2IAdapterMetadataField {
        /// The control image.
        pub image: ImageField,
        /// The control image, after processing.
        #[field(default = NULL)]
        pub processed_image: Option<ImageField>,
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
