//! The parts of a Z-Image model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{has_parts, no_source, require_pipeline};
use crate::fields::{ModelIdentifierField, Qwen3EncoderField, TransformerField, VAEField};

output! {
    /// The parts of a Z-Image model
    #[output(kind = "z_image_model_loader_output")]
    pub struct ZImageModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Qwen3
        #[field(title = "Qwen3 Encoder")]
        pub qwen3_encoder: Qwen3EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a Z-Image model; those it lacks come from models of their own.
    #[node(
        kind = "z_image_model_loader", class = "ZImageModelLoaderInvocation", title = "Main Model - Z-Image",
        tags = ["model", "z-image"], category = "model", version = "3.1.0",
        classification = Classification::Prototype
    )]
    pub struct ZImageModelLoader -> ZImageModelLoaderOutput {
        /// The model
        #[field(
            title = "Transformer", input = InputKind::Direct, ui_model_base = ["z-image"], ui_model_type =
            ["main"]
        )]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["flux"],
            ui_model_type = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Direct, ui_model_type = ["qwen3_encoder"])]
        pub qwen3_encoder_model: Option<ModelIdentifierField>,
        /// A pipeline to take missing parts from
        #[field(
            default = NULL, title = "Qwen3 Source", input = InputKind::Direct, ui_model_base = ["z-image"],
            ui_model_type = ["main"]
        )]
        pub qwen3_source_model: Option<ModelIdentifierField>,
    }
}

impl Node<Context> for ZImageModelLoader {
    fn run(self, context: &mut Context) -> Result<ZImageModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let own = has_parts(&record(&self.model)?, &[]).then_some(&self.model);
        let source = |what: &str| match &self.qwen3_source_model {
            Some(source) => {
                require_pipeline(&record(source)?)?;
                Ok(source)
            }
            None => own.ok_or_else(|| no_source(what)),
        };
        let vae = self.vae_model.as_ref().map_or_else(|| source("VAE"), Ok)?;
        let encoder = self.qwen3_encoder_model.as_ref().map_or_else(|| source("text encoder"), Ok)?;
        Ok(ZImageModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen3_encoder: Qwen3EncoderField::of(encoder),
            vae: VAEField::of(vae),
        })
    }
}
