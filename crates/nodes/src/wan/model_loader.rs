//! The parts of a Wan model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::families::{no_source, require_diffusers};
use crate::fields::{ModelIdentifierField, VAEField, WanT5EncoderField, WanTransformerField};
use crate::wan::{is_small, networks_of_files, networks_of_pipeline, other_latents, require_main, require_vae};

output! {
    /// The parts of a Wan model
    #[output(kind = "wan_model_loader_output")]
    pub struct WanModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: WanTransformerField,
        /// Text encoder UMT5-XXL
        #[field(title = "UMT5-XXL Encoder")]
        pub wan_t5_encoder: WanT5EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a Wan 2.2 model; those it lacks come from models of their own.
    #[node(
        kind = "wan_model_loader", class = "WanModelLoaderInvocation", title = "Main Model - Wan 2.2",
        tags = ["model", "wan"], category = "model", version = "1.0.1", classification = Classification::Prototype
    )]
    pub struct WanModelLoader -> WanModelLoaderOutput {
        /// The model
        #[field(title = "Transformer", input = InputKind::Direct, ui_model_base = ["wan"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The network for little noise, for models of two files
        #[field(
            default = NULL, title = "Transformer (Low Noise)", input = InputKind::Direct, ui_model_base =
            ["wan"], ui_model_format = ["gguf_quantized", "checkpoint"], ui_model_type = ["main"]
        )]
        pub transformer_low_noise_model: Option<ModelIdentifierField>,
        /// The image encoder and decoder
        #[field(
            default = NULL, title = "VAE", input = InputKind::Direct, ui_model_base = ["wan"], ui_model_type
            = ["vae"]
        )]
        pub vae_model: Option<ModelIdentifierField>,
        /// The text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "Wan T5 Encoder", input = InputKind::Direct, ui_model_type =
            ["wan_t5_encoder"]
        )]
        pub wan_t5_encoder_model: Option<ModelIdentifierField>,
        /// A pipeline to take missing parts from
        #[field(
            default = NULL, title = "Component Source (Diffusers)", input = InputKind::Direct, ui_model_base
            = ["wan"], ui_model_format = ["diffusers"], ui_model_type = ["main"]
        )]
        pub component_source: Option<ModelIdentifierField>,
    }
}

impl Node<Context> for WanModelLoader {
    fn run(self, context: &mut Context) -> Result<WanModelLoaderOutput, NodeError> {
        let record = |model: &ModelIdentifierField| Ok::<_, NodeError>(context.host().model(&model.key)?.record);
        let main = record(&self.model)?;
        require_main(&main)?;
        let source = self.component_source.as_ref().map(&record).transpose()?;
        let pipeline = || match (&self.component_source, &source) {
            (Some(model), Some(record)) => {
                require_main(record)?;
                require_diffusers(record)?;
                Ok(Some((model, record)))
            }
            _ => Ok::<_, NodeError>(None),
        };
        let whole = main.format() == "diffusers";
        let low = self.transformer_low_noise_model.as_ref();
        let transformer = match main.format() {
            "diffusers" => networks_of_pipeline(&self.model, &main),
            "gguf_quantized" | "checkpoint" => {
                let low = low.map(|model| Ok::<_, NodeError>((model, record(model)?))).transpose()?;
                networks_of_files(&self.model, &main, low, pipeline()?.map(|(_, record)| record))?
            }
            other => return Err(NodeError::value(format!("Wan models of this format are not run: {other}"))),
        };
        let vae = match &self.vae_model {
            Some(vae) => {
                require_vae(&record(vae)?, &main)?;
                vae
            }
            None if whole => &self.model,
            None => {
                let (model, record) = pipeline()?.ok_or_else(|| no_source("VAE"))?;
                if is_small(&main) != is_small(record) {
                    return Err(other_latents());
                }
                model
            }
        };
        let encoder = match &self.wan_t5_encoder_model {
            Some(encoder) => {
                let record = record(encoder)?;
                if (record.kind(), record.format()) != ("wan_t5_encoder", "wan_t5_encoder") {
                    return Err(NodeError::value(format!("`{}` is no text encoder for Wan", record.name())));
                }
                encoder
            }
            None if whole => &self.model,
            None => pipeline()?.ok_or_else(|| no_source("text encoder"))?.0,
        };
        Ok(WanModelLoaderOutput { transformer, wan_t5_encoder: WanT5EncoderField::of(encoder), vae: VAEField::of(vae) })
    }
}
