//! The objects that travel along edges, named and shaped as in the reference's schemas.

mod control;
mod image;
mod metadata;
mod model;
mod parts;
mod preset;
mod tensor;
mod tile;

pub use control::{ControlField, ControlMode, ControlResizeMode, IPAdapterField, T2IAdapterField};
pub use image::{BoundingBoxField, ColorField, ImageField};
pub use metadata::{
    ClipVisionModel, ControlNetMetadataField, IPAdapterMetadataField, IpAdapterMethod, LoRAMetadataField,
    MetadataItemField, T2IAdapterMetadataField,
};
pub use model::{
    BaseModelType, CLIPField, FreeUConfig, LoRAField, ModelIdentifierField, ModelType, SubModelType, UNetField,
    VAEField,
};
pub use parts::{
    AnimaLLLiteField, ControlLoRAField, FluxControlNetField, FluxFillConditioningField, FluxKontextConditioningField,
    Gemma2EncoderField, GlmEncoderField, Mistral3EncoderField, MistralEncoderField, PiDDecoderField,
    PromptEnhancerField, Qwen3EncoderField, Qwen3VLEncoderField, QwenVLEncoderField, T5EncoderField, TransformerField,
    WanT5EncoderField, WanTransformerField, ZImageControlField,
};
pub use preset::StylePresetField;
pub use tensor::{ConditioningField, DenoiseMaskField, LatentsField, TensorField};
pub use tile::{TBLR, Tile, TileWithImage};
