//! The parts of a Qwen Image model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{no_source, require_diffusers};
use crate::fields::{ModelIdentifierField, QwenVLEncoderField, TransformerField, VAEField};

output! {
    /// The parts of a Qwen Image model
    #[output(kind = "qwen_image_model_loader_output")]
    pub struct QwenImageModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Qwen2.5-VL
        #[field(title = "Qwen VL Encoder")]
        pub qwen_vl_encoder: QwenVLEncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a Qwen Image model; those it lacks come from models of their own.
    #[node(
        kind = "qwen_image_model_loader", class = "QwenImageModelLoaderInvocation",
        title = "Main Model - Qwen Image", tags = ["model", "qwen_image"], category = "model", version = "1.2.0",
        classification = Classification::Prototype
    )]
    pub struct QwenImageModelLoader -> QwenImageModelLoaderOutput {
        /// The model
        #[field(
            title = "Transformer", input = InputKind::Direct, ui_model_base = ["qwen-image"], ui_model_type
            = ["main"]
        )]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["qwen-image"],
            ui_model_type = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "Qwen VL Encoder", input = InputKind::Direct, ui_model_type =
            ["qwen_vl_encoder"]
        )]
        pub qwen_vl_encoder_model: Option<ModelIdentifierField>,
        /// A pipeline to take missing parts from
        #[field(
            default = NULL, title = "Component Source (Diffusers)", input = InputKind::Direct, ui_model_base
            = ["qwen-image"], ui_model_format = ["diffusers"], ui_model_type = ["main"]
        )]
        pub component_source: Option<ModelIdentifierField>,
    }
}

impl Node<Context> for QwenImageModelLoader {
    fn run(self, context: &mut Context) -> Result<QwenImageModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let own = (record(&self.model)?.format() == "diffusers").then_some(&self.model);
        let source = |what: &str| match (own, &self.component_source) {
            (Some(own), _) => Ok(own),
            (None, Some(source)) => {
                require_diffusers(&record(source)?)?;
                Ok(source)
            }
            (None, None) => Err(no_source(what)),
        };
        let vae = self.vae_model.as_ref().map_or_else(|| source("VAE"), Ok)?;
        let encoder = self.qwen_vl_encoder_model.as_ref().map_or_else(|| source("text encoder"), Ok)?;
        Ok(QwenImageModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen_vl_encoder: QwenVLEncoderField::of(encoder),
            vae: VAEField::of(vae),
        })
    }
}
