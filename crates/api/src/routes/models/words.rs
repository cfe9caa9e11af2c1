//! The words of the API for what models are.

use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A word of a closed list. The list is checked with the request; behind that a word is a text.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal)*;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(super) String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$($word),*])).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

words! {
    /// Base architecture.
    BaseModelType: "any" "sd-1" "sd-2" "sd-3" "sdxl" "sdxl-refiner" "flux" "flux2" "cogview4" "z-image" "ernie-image"
        "ideogram-4" "external" "qwen-image" "anima" "krea-2" "wan" "unknown";
    /// Kind.
    ModelType: "onnx" "main" "vae" "lora" "control_lora" "controlnet" "embedding" "ip_adapter" "clip_vision" "clip_embed"
        "t2i_adapter" "t5_encoder" "qwen3_encoder" "qwen_vl_encoder" "qwen3_vl_encoder" "mistral_encoder"
        "wan_t5_encoder" "gemma2_encoder" "spandrel_image_to_image" "siglip" "flux_redux" "llava_onevision"
        "prompt_enhancer" "text_llm" "external_image_generator" "pid_decoder" "unknown";
    /// File format.
    ModelFormat: "omi" "diffusers" "checkpoint" "lycoris" "onnx" "olive" "embedding_file" "embedding_folder" "invokeai"
        "t5_encoder" "qwen3_encoder" "qwen_vl_encoder" "qwen3_vl_encoder" "mistral_encoder" "wan_t5_encoder"
        "gemma2_encoder" "bnb_quantized_int8b" "bnb_quantized_nf4b" "gguf_quantized" "external_api" "sdnq_quantized"
        "unknown";
    /// What a listing is ordered by.
    ModelRecordOrderBy: "default" "type" "base" "name" "format" "size" "created_at" "updated_at" "path";
}
