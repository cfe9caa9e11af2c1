//! The parts of a FLUX model.

use invoke_graph::{NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{SequenceLength, has_parts};
use crate::fields::{CLIPField, ModelIdentifierField, T5EncoderField, TransformerField, VAEField};

output! {
    /// The parts of a FLUX model
    #[output(kind = "flux_model_loader_output")]
    pub struct FluxModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// First text encoder
        #[field(title = "CLIP")]
        pub clip: CLIPField,
        /// Text encoder T5
        #[field(title = "T5 Encoder")]
        pub t5_encoder: T5EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
        /// Tokens of a prompt at most
        #[field(title = "Max Seq Length")]
        pub max_seq_len: SequenceLength,
    }
}

node! {
    /// Names the parts of a FLUX model; those it lacks come from models of their own.
    #[node(
        kind = "flux_model_loader", class = "FluxModelLoaderInvocation", title = "Main Model - FLUX",
        tags = ["model", "flux"], category = "model", version = "1.1.0"
    )]
    pub struct FluxModelLoader -> FluxModelLoaderOutput {
        /// The model
        #[field(ui_model_base = ["flux"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The T5 text encoder, where the model has none of its own
        #[field(default = NULL, title = "T5 Encoder", ui_model_type = ["t5_encoder"])]
        pub t5_encoder_model: Option<ModelIdentifierField>,
        /// The CLIP text encoder, where the model has none of its own
        #[field(default = NULL, title = "CLIP Embed", ui_model_type = ["clip_embed"])]
        pub clip_embed_model: Option<ModelIdentifierField>,
        /// The image encoder and decoder
        #[field(default = NULL, title = "VAE", ui_model_base = ["flux"], ui_model_type = ["vae"])]
        pub vae_model: Option<ModelIdentifierField>,
    }
}

impl Node<Context> for FluxModelLoader {
    fn run(self, context: &mut Context) -> Result<FluxModelLoaderOutput, NodeError> {
        let record = context.host().model(&self.model.key)?.record;
        let others = [&self.t5_encoder_model, &self.clip_embed_model, &self.vae_model];
        for other in others.into_iter().flatten() {
            context.host().model(&other.key)?;
        }
        let whole = has_parts(&record, &["text_encoder_2", "tokenizer_2"]);
        let own = whole.then_some(&self.model);
        let found = |chosen: &'_ Option<ModelIdentifierField>| chosen.as_ref().or(own).cloned();
        let (t5, clip, vae) = (found(&self.t5_encoder_model), found(&self.clip_embed_model), found(&self.vae_model));
        let (Some(t5), Some(clip), Some(vae)) = (t5, clip, vae) else {
            return Err(NodeError::value("This model has no text encoders and VAE of its own: choose them"));
        };
        if !matches!(record.format(), "checkpoint" | "bnb_quantized_nf4b" | "gguf_quantized" | "sdnq_quantized") {
            return Err(NodeError::new(
                "AssertionError",
                format!("FLUX models of this format are not run: {}", record.format()),
            ));
        }
        let max_seq_len = match record.config["variant"].as_str() {
            Some("schnell") => SequenceLength::Short,
            _ => SequenceLength::Long,
        };
        let t5_encoder = match self.t5_encoder_model {
            Some(_) => T5EncoderField::of(&t5)?,
            None => T5EncoderField::second_of(&t5),
        };
        Ok(FluxModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            clip: CLIPField::of(&clip),
            t5_encoder,
            vae: VAEField::of(&vae),
            max_seq_len,
        })
    }
}
