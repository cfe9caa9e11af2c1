//! The parts of an Ideogram 4 model.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, output};

use crate::fields::{ModelIdentifierField, Qwen3EncoderField, TransformerField, VAEField};

output! {
    /// The parts of an Ideogram 4 model
    #[output(kind = "ideogram4_model_loader_output")]
    pub struct Ideogram4ModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Qwen3
        #[field(title = "Qwen3-VL Encoder")]
        pub qwen3_encoder: Qwen3EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of an Ideogram 4 model.
    #[node(
        kind = "ideogram4_model_loader", class = "Ideogram4ModelLoaderInvocation", title = "Main Model - Ideogram 4",
        tags = ["model", "ideogram4"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct Ideogram4ModelLoader -> Ideogram4ModelLoaderOutput {
        /// The model
        #[field(title = "Model", input = InputKind::Direct, ui_model_base = ["ideogram-4"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

impl<C: RunContext> Node<C> for Ideogram4ModelLoader {
    fn run(self, _: &mut C) -> Result<Ideogram4ModelLoaderOutput, NodeError> {
        Ok(Ideogram4ModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen3_encoder: Qwen3EncoderField::of(&self.model),
            vae: VAEField::of(&self.model),
        })
    }
}
