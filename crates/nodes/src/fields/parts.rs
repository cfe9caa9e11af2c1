//! Parts of models that are no UNet with CLIP: names, not weights.

use invoke_graph::{NULL, NodeError, OneOrMany, object};
use serde_json::json;

use super::ControlResizeMode;
use super::{BaseModelType, ImageField, LoRAField, ModelIdentifierField, SubModelType, TensorField};

object! {
    /// A denoising transformer and what changes it.
    pub struct TransformerField {
        /// The network
        pub transformer: ModelIdentifierField,
        /// LoRAs to apply on model loading
        pub loras: Vec<LoRAField>,
    }
}

object! {
    /// The denoising transformers of Wan and what changes them.
    pub struct WanTransformerField {
        /// The network, for much noise where there are two
        pub transformer: ModelIdentifierField,
        /// The network for little noise
        #[field(default = NULL)]
        pub transformer_low_noise: Option<ModelIdentifierField>,
        /// LoRAs of the first network
        #[field(silent_default = json!([]))]
        pub loras: Vec<LoRAField>,
        /// LoRAs of the second network
        #[field(silent_default = json!([]))]
        pub loras_low_noise: Vec<LoRAField>,
        /// Share of the noise down to which the first network works
        #[field(default = 0.875, ge = 0.0, le = 1.0)]
        pub boundary_ratio: f64,
    }
}

object! {
    /// A T5 text encoder with its tokenizer and what changes it.
    pub struct T5EncoderField {
        /// The tokenizer
        pub tokenizer: ModelIdentifierField,
        /// The text encoder
        pub text_encoder: ModelIdentifierField,
        /// LoRAs to apply on model loading
        pub loras: Vec<LoRAField>,
    }
}

/// Text encoders with their tokenizers.
macro_rules! encoders {
    ($($(#[doc = $doc:literal])* $name:ident $([$loras:ident])?),* $(,)?) => {$(
        object! {
            $(#[doc = $doc])*
            pub struct $name {
                /// The tokenizer
                pub tokenizer: ModelIdentifierField,
                /// The text encoder
                pub text_encoder: ModelIdentifierField
                $(,
                /// LoRAs to apply on model loading
                #[field(silent_default = json!([]))]
                pub $loras: Vec<LoRAField>)?
            }
        }

        impl $name {
            /// The text encoder of a model, as it is.
            pub(crate) fn of(model: &ModelIdentifierField) -> Self {
                Self {
                    tokenizer: model.part(SubModelType::Tokenizer),
                    text_encoder: model.part(SubModelType::TextEncoder),
                    $($loras: Vec::new(),)?
                }
            }
        }
    )*};
}

encoders! {
    /// A Qwen3 text encoder.
    Qwen3EncoderField[loras],
    /// A Qwen3-VL text encoder.
    Qwen3VLEncoderField[loras],
    /// A Mistral text encoder.
    MistralEncoderField[loras],
    /// A UMT5 text encoder.
    WanT5EncoderField[loras],
    /// A Qwen2.5-VL text encoder.
    QwenVLEncoderField,
    /// A GLM text encoder.
    GlmEncoderField,
    /// A Gemma 2 text encoder.
    Gemma2EncoderField,
    /// A Mistral 3 text encoder.
    Mistral3EncoderField,
}

object! {
    /// A language model that writes prompts anew.
    pub struct PromptEnhancerField {
        /// The tokenizer
        pub tokenizer: ModelIdentifierField,
        /// The language model
        pub text_encoder: ModelIdentifierField,
    }
}

object! {
    /// A decoder that makes pictures of latents.
    pub struct PiDDecoderField {
        /// The decoder
        pub decoder: ModelIdentifierField,
    }
}

object! {
    /// A LoRA with the image that steers it.
    pub struct ControlLoRAField {
        /// The LoRA
        pub lora: ModelIdentifierField,
        /// How strongly it works
        pub weight: f64,
        /// The image
        pub img: ImageField,
    }
}

object! {
    /// A ControlNet for FLUX with its image.
    pub struct FluxControlNetField {
        /// The image
        pub image: ImageField,
        /// The ControlNet
        pub control_model: ModelIdentifierField,
        /// How strongly it steers
        #[field(default = 1)]
        pub control_weight: OneOrMany<f64>,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// How the image is fitted
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
        /// Which of its modes the model works in; -1 for those without
        #[field(default = -1)]
        pub instantx_control_mode: Option<i64>,
    }
}

object! {
    /// What FLUX Fill works on.
    pub struct FluxFillConditioningField {
        /// The image
        pub image: ImageField,
        /// Where it is filled
        pub mask: TensorField,
    }
}

object! {
    /// What FLUX Kontext looks at.
    pub struct FluxKontextConditioningField {
        /// The image
        pub image: ImageField,
    }
}

object! {
    /// A ControlNet for Z-Image with its image.
    pub struct ZImageControlField {
        /// The image's name
        pub image_name: String,
        /// The ControlNet
        pub control_model: ModelIdentifierField,
        /// How strongly it steers
        #[field(default = 0.75, ge = 0.0, le = 2.0)]
        pub control_context_scale: f64,
        /// Share of the steps after which it begins
        #[field(default = 0.0, ge = 0.0, le = 1.0)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1.0, ge = 0.0, le = 1.0)]
        pub end_step_percent: f64,
    }
}

object! {
    /// A ControlNet-LLLite for Anima with its images.
    pub struct AnimaLLLiteField {
        /// The image's name
        pub image_name: String,
        /// The mask's name
        #[field(default = NULL)]
        pub mask_name: Option<String>,
        /// The ControlNet-LLLite
        pub control_model: ModelIdentifierField,
        /// How strongly it steers
        #[field(default = 1.0, ge = -10.0, le = 10.0)]
        pub weight: f64,
        /// Share of the steps after which it begins
        #[field(default = 0.0, ge = 0.0, le = 1.0)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1.0, ge = 0.0, le = 1.0)]
        pub end_step_percent: f64,
    }
}

impl TransformerField {
    /// The denoising network of a model, as it is.
    pub(crate) fn of(model: &ModelIdentifierField) -> Self {
        Self { transformer: model.part(SubModelType::Transformer), loras: Vec::new() }
    }
}

impl T5EncoderField {
    /// The T5 text encoder of its own, or of a Stable Diffusion 3 or FLUX model.
    pub(crate) fn of(model: &ModelIdentifierField) -> Result<Self, NodeError> {
        match model.base {
            BaseModelType::Any | BaseModelType::Flux => Ok(Self::second_of(model)),
            BaseModelType::Sd3 => Ok(Self {
                tokenizer: model.part(SubModelType::Tokenizer3),
                text_encoder: model.part(SubModelType::TextEncoder3),
                loras: Vec::new(),
            }),
            other => {
                Err(NodeError::value(format!("There is no T5 text encoder in models of this kind: {}", other.as_str())))
            }
        }
    }

    /// The second text encoder of a model.
    pub(crate) fn second_of(model: &ModelIdentifierField) -> Self {
        Self {
            tokenizer: model.part(SubModelType::Tokenizer2),
            text_encoder: model.part(SubModelType::TextEncoder2),
            loras: Vec::new(),
        }
    }
}
