//! Models and their parts, as an edge carries them: names, not weights.

use invoke_graph::{NULL, choices, object};
use serde_json::json;

choices! {
    /// The architecture a model belongs to: its other parts and its LoRAs must be of the same. Models that go with any are `any`.
    pub enum BaseModelType as "BaseModelType" {
        Any = "any",
        Sd1 = "sd-1",
        Sd2 = "sd-2",
        Sd3 = "sd-3",
        Sdxl = "sdxl",
        SdxlRefiner = "sdxl-refiner",
        Flux = "flux",
        Flux2 = "flux2",
        Cogview4 = "cogview4",
        ZImage = "z-image",
        ErnieImage = "ernie-image",
        Ideogram4 = "ideogram-4",
        External = "external",
        QwenImage = "qwen-image",
        Anima = "anima",
        Krea2 = "krea-2",
        Wan = "wan",
        Unknown = "unknown",
    }
}

choices! {
    /// Model type.
    pub enum ModelType as "ModelType" {
        Onnx = "onnx",
        Main = "main",
        Vae = "vae",
        Lora = "lora",
        ControlLora = "control_lora",
        Controlnet = "controlnet",
        Embedding = "embedding",
        IpAdapter = "ip_adapter",
        ClipVision = "clip_vision",
        ClipEmbed = "clip_embed",
        T2iAdapter = "t2i_adapter",
        T5Encoder = "t5_encoder",
        Qwen3Encoder = "qwen3_encoder",
        QwenVlEncoder = "qwen_vl_encoder",
        Qwen3VlEncoder = "qwen3_vl_encoder",
        MistralEncoder = "mistral_encoder",
        WanT5Encoder = "wan_t5_encoder",
        Gemma2Encoder = "gemma2_encoder",
        SpandrelImageToImage = "spandrel_image_to_image",
        Siglip = "siglip",
        FluxRedux = "flux_redux",
        LlavaOnevision = "llava_onevision",
        PromptEnhancer = "prompt_enhancer",
        TextLlm = "text_llm",
        ExternalImageGenerator = "external_image_generator",
        PidDecoder = "pid_decoder",
        Unknown = "unknown",
    }
}

choices! {
    /// Submodel type.
    pub enum SubModelType as "SubModelType" {
        Unet = "unet",
        Transformer = "transformer",
        Transformer2 = "transformer_2",
        TextEncoder = "text_encoder",
        TextEncoder2 = "text_encoder_2",
        TextEncoder3 = "text_encoder_3",
        Tokenizer = "tokenizer",
        Tokenizer2 = "tokenizer_2",
        Tokenizer3 = "tokenizer_3",
        Pe = "pe",
        PeTokenizer = "pe_tokenizer",
        Vae = "vae",
        VaeDecoder = "vae_decoder",
        VaeEncoder = "vae_encoder",
        Scheduler = "scheduler",
        SafetyChecker = "safety_checker",
    }
}

object! {
    /// A model, or a part of it.
    pub struct ModelIdentifierField {
        /// The model's unique key
        pub key: String,
        /// The model's BLAKE3 hash
        pub hash: String,
        /// The model's name
        pub name: String,
        /// The model's base model type
        pub base: BaseModelType,
        /// The model's type
        #[name("type")]
        pub kind: ModelType,
        /// The submodel to load, if this is a main model
        #[field(default = NULL)]
        pub submodel_type: Option<SubModelType>,
    }
}

object! {
    /// A LoRA and how strongly it is applied.
    pub struct LoRAField {
        /// Info to load lora model
        pub lora: ModelIdentifierField,
        /// Weight to apply to lora model
        pub weight: f64,
    }
}

object! {
    /// What FreeU (<https://arxiv.org/abs/2309.11497>) takes from skip connections (`s`) and adds to the backbone (`b`).
    pub struct FreeUConfig {
        /// Of the skip connections of the first stage
        #[field(ge = -1, le = 3)]
        pub s1: f64,
        /// Of the skip connections of the second stage
        #[field(ge = -1, le = 3)]
        pub s2: f64,
        /// Of the backbone in the first stage
        #[field(ge = -1, le = 3)]
        pub b1: f64,
        /// Of the backbone in the second stage
        #[field(ge = -1, le = 3)]
        pub b2: f64,
    }
}

object! {
    /// A denoising network with its scheduler and what changes it.
    pub struct UNetField {
        /// Info to load unet submodel
        pub unet: ModelIdentifierField,
        /// Info to load scheduler submodel
        pub scheduler: ModelIdentifierField,
        /// LoRAs to apply on model loading
        pub loras: Vec<LoRAField>,
        /// Axes("x" and "y") to which apply seamless
        #[field(silent_default = json!([]))]
        pub seamless_axes: Vec<String>,
        /// FreeU configuration
        #[field(default = NULL)]
        pub freeu_config: Option<FreeUConfig>,
    }
}

object! {
    /// A text encoder with its tokenizer and what changes it.
    pub struct CLIPField {
        /// Info to load tokenizer submodel
        pub tokenizer: ModelIdentifierField,
        /// Info to load text_encoder submodel
        pub text_encoder: ModelIdentifierField,
        /// Number of skipped layers in text_encoder
        pub skipped_layers: i64,
        /// LoRAs to apply on model loading
        pub loras: Vec<LoRAField>,
    }
}

object! {
    /// An image encoder and decoder.
    pub struct VAEField {
        /// Info to load vae submodel
        pub vae: ModelIdentifierField,
        /// Axes("x" and "y") to which apply seamless
        #[field(silent_default = json!([]))]
        pub seamless_axes: Vec<String>,
    }
}

impl BaseModelType {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Sd1 => "sd-1",
            Self::Sd2 => "sd-2",
            Self::Sd3 => "sd-3",
            Self::Sdxl => "sdxl",
            Self::SdxlRefiner => "sdxl-refiner",
            Self::Flux => "flux",
            Self::Flux2 => "flux2",
            Self::Cogview4 => "cogview4",
            Self::ZImage => "z-image",
            Self::ErnieImage => "ernie-image",
            Self::Ideogram4 => "ideogram-4",
            Self::External => "external",
            Self::QwenImage => "qwen-image",
            Self::Anima => "anima",
            Self::Krea2 => "krea-2",
            Self::Wan => "wan",
            Self::Unknown => "unknown",
        }
    }
}

impl ModelType {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Main => "main",
            Self::Vae => "vae",
            Self::Lora => "lora",
            Self::ControlLora => "control_lora",
            Self::Controlnet => "controlnet",
            Self::Embedding => "embedding",
            Self::IpAdapter => "ip_adapter",
            Self::ClipVision => "clip_vision",
            Self::ClipEmbed => "clip_embed",
            Self::T2iAdapter => "t2i_adapter",
            Self::T5Encoder => "t5_encoder",
            Self::Qwen3Encoder => "qwen3_encoder",
            Self::QwenVlEncoder => "qwen_vl_encoder",
            Self::Qwen3VlEncoder => "qwen3_vl_encoder",
            Self::MistralEncoder => "mistral_encoder",
            Self::WanT5Encoder => "wan_t5_encoder",
            Self::Gemma2Encoder => "gemma2_encoder",
            Self::SpandrelImageToImage => "spandrel_image_to_image",
            Self::Siglip => "siglip",
            Self::FluxRedux => "flux_redux",
            Self::LlavaOnevision => "llava_onevision",
            Self::PromptEnhancer => "prompt_enhancer",
            Self::TextLlm => "text_llm",
            Self::ExternalImageGenerator => "external_image_generator",
            Self::PidDecoder => "pid_decoder",
            Self::Unknown => "unknown",
        }
    }
}

impl SubModelType {
    /// The name of the part, which is that of its folder in the diffusers layout.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unet => "unet",
            Self::Transformer => "transformer",
            Self::Transformer2 => "transformer_2",
            Self::TextEncoder => "text_encoder",
            Self::TextEncoder2 => "text_encoder_2",
            Self::TextEncoder3 => "text_encoder_3",
            Self::Tokenizer => "tokenizer",
            Self::Tokenizer2 => "tokenizer_2",
            Self::Tokenizer3 => "tokenizer_3",
            Self::Pe => "pe",
            Self::PeTokenizer => "pe_tokenizer",
            Self::Vae => "vae",
            Self::VaeDecoder => "vae_decoder",
            Self::VaeEncoder => "vae_encoder",
            Self::Scheduler => "scheduler",
            Self::SafetyChecker => "safety_checker",
        }
    }
}

impl ModelIdentifierField {
    /// The same model, of which only one part is meant.
    pub fn part(&self, part: SubModelType) -> Self {
        Self { submodel_type: Some(part), ..self.clone() }
    }
}
