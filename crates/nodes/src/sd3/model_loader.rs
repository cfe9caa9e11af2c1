//! The parts of a Stable Diffusion 3 model.

use invoke_graph::{InputKind, NULL, Node, NodeError, RunContext, node, output};

use crate::fields::{CLIPField, ModelIdentifierField, SubModelType, T5EncoderField, TransformerField, VAEField};

output! {
    /// The parts of a Stable Diffusion 3 model
    #[output(kind = "sd3_model_loader_output")]
    pub struct Sd3ModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// First text encoder
        #[field(title = "CLIP L")]
        pub clip_l: CLIPField,
        /// Second text encoder
        #[field(title = "CLIP G")]
        pub clip_g: CLIPField,
        /// Text encoder T5
        #[field(title = "T5 Encoder")]
        pub t5_encoder: T5EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of a Stable Diffusion 3 model.
    #[node(
        kind = "sd3_model_loader", class = "Sd3ModelLoaderInvocation", title = "Main Model - SD3",
        tags = ["model", "sd3"], category = "model", version = "1.0.1"
    )]
    pub struct Sd3ModelLoader -> Sd3ModelLoaderOutput {
        /// The model
        #[field(input = InputKind::Direct, ui_model_base = ["sd-3"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
        /// The T5 text encoder, where the model has none of its own
        #[field(default = NULL, title = "T5 Encoder", input = InputKind::Direct, ui_model_type = ["t5_encoder"])]
        pub t5_encoder_model: Option<ModelIdentifierField>,
        /// The first CLIP text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "CLIP L Encoder", input = InputKind::Direct, ui_model_type =
            ["clip_embed"], ui_model_variant = ["large"]
        )]
        pub clip_l_model: Option<ModelIdentifierField>,
        /// The second CLIP text encoder, where the model has none of its own
        #[field(
            default = NULL, title = "CLIP G Encoder", input = InputKind::Direct, ui_model_type =
            ["clip_embed"], ui_model_variant = ["gigantic"]
        )]
        pub clip_g_model: Option<ModelIdentifierField>,
        /// The image encoder and decoder
        #[field(default = NULL, title = "VAE", ui_model_base = ["sd-3"], ui_model_type = ["vae"])]
        pub vae_model: Option<ModelIdentifierField>,
    }
}

impl<C: RunContext> Node<C> for Sd3ModelLoader {
    fn run(self, _: &mut C) -> Result<Sd3ModelLoaderOutput, NodeError> {
        let model = &self.model;
        let of = |own: Option<ModelIdentifierField>, part: SubModelType| own.as_ref().unwrap_or(model).part(part);
        let clip = |tokenizer: SubModelType, text_encoder: ModelIdentifierField| CLIPField {
            tokenizer: model.part(tokenizer),
            text_encoder,
            skipped_layers: 0,
            loras: Vec::new(),
        };
        Ok(Sd3ModelLoaderOutput {
            transformer: TransformerField::of(model),
            clip_l: clip(SubModelType::Tokenizer, of(self.clip_l_model, SubModelType::TextEncoder)),
            clip_g: clip(SubModelType::Tokenizer2, of(self.clip_g_model, SubModelType::TextEncoder2)),
            t5_encoder: T5EncoderField::of(self.t5_encoder_model.as_ref().unwrap_or(model))?,
            vae: VAEField::of(self.vae_model.as_ref().unwrap_or(model)),
        })
    }
}
