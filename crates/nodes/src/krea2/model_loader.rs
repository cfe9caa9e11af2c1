//! The parts of a Krea-2 model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::require_diffusers;
use crate::fields::{ModelIdentifierField, Qwen3VLEncoderField, TransformerField, VAEField};

output! {
    /// The parts of a Krea-2 model
    #[output(kind = "krea2_model_loader_output")]
    pub struct Krea2ModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Qwen3-VL
        #[field(title = "Qwen3-VL Encoder")]
        pub qwen3_vl_encoder: Qwen3VLEncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a Krea-2 model; those it lacks come from models of their own.
    #[node(
        kind = "krea2_model_loader", class = "Krea2ModelLoaderInvocation", title = "Main Model - Krea-2",
        tags = ["model", "krea2", "krea-2"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct Krea2ModelLoader -> Krea2ModelLoaderOutput {
        /// The model
        #[field(title = "Transformer", input = InputKind::Direct, ui_model_base = ["krea-2"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["qwen-image",
            "anima"], ui_model_type = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "Qwen3-VL Encoder", input = InputKind::Direct, ui_model_type =
            ["qwen3_vl_encoder"]
        )]
        pub qwen3_vl_encoder_model: Option<ModelIdentifierField>,
    }
}

impl Node<Context> for Krea2ModelLoader {
    fn run(self, context: &mut Context) -> Result<Krea2ModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let main = record(&self.model)?;
        if (main.base(), main.kind()) != ("krea-2", "main") {
            return Err(NodeError::value(format!("`{}` is no main model of Krea-2", main.name())));
        }
        let vae = match &self.vae_model {
            Some(vae) => {
                let record = record(vae)?;
                if record.kind() != "vae" || !matches!(record.base(), "qwen-image" | "anima") {
                    return Err(NodeError::value(format!("`{}` is no VAE for Krea-2", record.name())));
                }
                vae
            }
            None => {
                require_diffusers(&main)?;
                &self.model
            }
        };
        let encoder = match &self.qwen3_vl_encoder_model {
            Some(encoder) => {
                let record = record(encoder)?;
                if record.kind() != "qwen3_vl_encoder" {
                    return Err(NodeError::value(format!("`{}` is no text encoder for Krea-2", record.name())));
                }
                encoder
            }
            None => {
                require_diffusers(&main)?;
                &self.model
            }
        };
        Ok(Krea2ModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen3_vl_encoder: Qwen3VLEncoderField::of(encoder),
            vae: VAEField::of(vae),
        })
    }
}
