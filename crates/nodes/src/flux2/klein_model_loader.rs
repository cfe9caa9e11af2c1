//! The parts of a FLUX.2 Klein model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{SequenceLength, is_pipeline, no_source, require_pipeline};
use crate::fields::{ModelIdentifierField, Qwen3EncoderField, TransformerField, VAEField};
use crate::flux2::{encoder_of, require_encoder};

output! {
    /// The parts of a FLUX.2 Klein model
    #[output(kind = "flux2_klein_model_loader_output")]
    pub struct Flux2KleinModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder Qwen3
        #[field(title = "Qwen3 Encoder")]
        pub qwen3_encoder: Qwen3EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
        /// Tokens of a prompt at most
        #[field(title = "Max Seq Length")]
        pub max_seq_len: SequenceLength,
    }
}

node! {
    /// Names the parts of a FLUX.2 Klein model; those it lacks come from models of their own.
    #[node(
        kind = "flux2_klein_model_loader", class = "Flux2KleinModelLoaderInvocation",
        title = "Main Model - Flux2 Klein", tags = ["model", "flux", "klein", "qwen3"], category = "model",
        version = "1.1.0", classification = Classification::Prototype
    )]
    pub struct Flux2KleinModelLoader -> Flux2KleinModelLoaderOutput {
        /// The model
        #[field(title = "Transformer", input = InputKind::Direct, ui_model_base = ["flux2"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["flux", "flux2"],
            ui_model_type = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Direct, ui_model_type = ["qwen3_encoder"])]
        pub qwen3_encoder_model: Option<ModelIdentifierField>,
        /// A pipeline to take missing parts from
        #[field(
            default = NULL, title = "Qwen3 Source", input = InputKind::Direct, ui_model_base = ["flux2"],
            ui_model_type = ["main"]
        )]
        pub qwen3_source_model: Option<ModelIdentifierField>,
        /// Tokens of a prompt at most
        #[field(default = 512, title = "Max Seq Length")]
        pub max_seq_len: SequenceLength,
    }
}

impl Node<Context> for Flux2KleinModelLoader {
    fn run(self, context: &mut Context) -> Result<Flux2KleinModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let main = record(&self.model)?;
        let whole = is_pipeline(&main);
        let vae = match (&self.vae_model, &self.qwen3_source_model) {
            (Some(vae), _) => vae,
            (None, _) if whole => &self.model,
            (None, Some(source)) => {
                require_pipeline(&record(source)?)?;
                source
            }
            (None, None) => return Err(no_source("VAE")),
        };
        let wanted = encoder_of(&main);
        let encoder = match (&self.qwen3_encoder_model, &self.qwen3_source_model) {
            (Some(encoder), _) => {
                let chosen = record(encoder)?;
                require_encoder(wanted, chosen.config["variant"].as_str())?;
                encoder
            }
            (None, _) if whole => &self.model,
            (None, Some(source)) => {
                let record = record(source)?;
                require_pipeline(&record)?;
                let Some(carried) = encoder_of(&record) else {
                    return Err(NodeError::value(format!("`{}` is no FLUX.2 Klein pipeline", record.name())));
                };
                require_encoder(wanted, Some(carried))?;
                source
            }
            (None, None) => return Err(no_source("text encoder")),
        };
        Ok(Flux2KleinModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            qwen3_encoder: Qwen3EncoderField::of(encoder),
            vae: VAEField::of(vae),
            max_seq_len: self.max_seq_len,
        })
    }
}
