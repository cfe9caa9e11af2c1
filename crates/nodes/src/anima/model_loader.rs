//! The parts of an Anima model.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, output};

use crate::fields::{ModelIdentifierField, Qwen3EncoderField, TransformerField, VAEField};

output! {
    /// The parts of an Anima model
    #[output(kind = "anima_model_loader_output")]
    pub struct AnimaModelLoaderOutput {
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
    /// Names the parts of an Anima model.
    #[node(
        kind = "anima_model_loader", class = "AnimaModelLoaderInvocation", title = "Main Model - Anima",
        tags = ["model", "anima"], category = "model", version = "1.4.0", classification = Classification::Prototype
    )]
    pub struct AnimaModelLoader -> AnimaModelLoaderOutput {
        /// The model
        #[field(title = "Transformer", input = InputKind::Direct, ui_model_base = ["anima"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(title = "VAE", input = InputKind::Direct, ui_model_type = ["vae"])]
        pub vae_model: ModelIdentifierField,
        /// The text encoder
        #[field(title = "Qwen3 Encoder", input = InputKind::Direct, ui_model_type = ["qwen3_encoder"])]
        pub qwen3_encoder_model: ModelIdentifierField,
    }
}

impl<C: RunContext> Node<C> for AnimaModelLoader {
    fn run(self, _: &mut C) -> Result<AnimaModelLoaderOutput, NodeError> {
        Ok(AnimaModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen3_encoder: Qwen3EncoderField::of(&self.qwen3_encoder_model),
            vae: VAEField::of(&self.vae_model),
        })
    }
}
