//! The parts of a CogView4 model.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, output};

use crate::fields::{GlmEncoderField, ModelIdentifierField, TransformerField, VAEField};

output! {
    /// The parts of a CogView4 model
    #[output(kind = "cogview4_model_loader_output")]
    pub struct CogView4ModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder GLM
        #[field(title = "GLM Encoder")]
        pub glm_encoder: GlmEncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a CogView4 model.
    #[node(
        kind = "cogview4_model_loader", class = "CogView4ModelLoaderInvocation", title = "Main Model - CogView4",
        tags = ["model", "cogview4"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct CogView4ModelLoader -> CogView4ModelLoaderOutput {
        /// The model
        #[field(input = InputKind::Direct, ui_model_base = ["cogview4"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

impl<C: RunContext> Node<C> for CogView4ModelLoader {
    fn run(self, _: &mut C) -> Result<CogView4ModelLoaderOutput, NodeError> {
        Ok(CogView4ModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            glm_encoder: GlmEncoderField::of(&self.model),
            vae: VAEField::of(&self.model),
        })
    }
}
