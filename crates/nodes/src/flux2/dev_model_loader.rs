//! The parts of a FLUX.2 [dev] model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{SequenceLength, no_source, require_diffusers};
use crate::fields::{MistralEncoderField, ModelIdentifierField, TransformerField, VAEField};
use crate::flux2::require_dev;

output! {
    /// The parts of a FLUX.2 [dev] model
    #[output(kind = "flux2_dev_model_loader_output")]
    pub struct Flux2DevModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Mistral
        #[field(title = "Mistral Encoder")]
        pub mistral_encoder: MistralEncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
        /// Tokens of a prompt at most
        #[field(title = "Max Seq Length")]
        pub max_seq_len: SequenceLength,
    }
}

node! {
    /// Names the parts of a FLUX.2 [dev] model; those it lacks come from models of their own.
    #[node(
        kind = "flux2_dev_model_loader", class = "Flux2DevModelLoaderInvocation",
        title = "Main Model - FLUX.2 [dev]", tags = ["model", "flux", "flux2", "dev", "mistral"], category = "model",
        version = "1.0.0", classification = Classification::Prototype
    )]
    pub struct Flux2DevModelLoader -> Flux2DevModelLoaderOutput {
        /// The model
        #[field(title = "Transformer", input = InputKind::Direct, ui_model_base = ["flux2"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["flux2"],
            ui_model_type = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "Mistral Encoder", input = InputKind::Direct, ui_model_type =
            ["mistral_encoder"]
        )]
        pub mistral_encoder_model: Option<ModelIdentifierField>,
        /// A pipeline to take missing parts from
        #[field(
            default = NULL, title = "Mistral Source (Diffusers)", input = InputKind::Direct, ui_model_base =
            ["flux2"], ui_model_format = ["diffusers"], ui_model_type = ["main"]
        )]
        pub mistral_source_model: Option<ModelIdentifierField>,
        /// Tokens of a prompt at most
        #[field(default = 512, title = "Max Seq Length")]
        pub max_seq_len: SequenceLength,
    }
}

impl Node<Context> for Flux2DevModelLoader {
    fn run(self, context: &mut Context) -> Result<Flux2DevModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let main = record(&self.model)?;
        require_dev(&main)?;
        let whole = main.format() == "diffusers";
        let vae = match (&self.vae_model, &self.mistral_source_model) {
            (Some(vae), _) => vae,
            (None, _) if whole => &self.model,
            (None, Some(source)) => {
                require_diffusers(&record(source)?)?;
                source
            }
            (None, None) => return Err(no_source("VAE")),
        };
        let encoder = match (&self.mistral_encoder_model, &self.mistral_source_model) {
            (Some(encoder), _) => encoder,
            (None, _) if whole => &self.model,
            (None, Some(source)) => {
                let record = record(source)?;
                require_diffusers(&record)?;
                require_dev(&record)?;
                source
            }
            (None, None) => return Err(no_source("text encoder")),
        };
        Ok(Flux2DevModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            mistral_encoder: MistralEncoderField::of(encoder),
            vae: VAEField::of(vae),
            max_seq_len: self.max_seq_len,
        })
    }
}
