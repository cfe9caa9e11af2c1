//! The parts of an ERNIE-Image model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{
    Mistral3EncoderField, ModelIdentifierField, PromptEnhancerField, SubModelType, TransformerField, VAEField,
};
use serde_json::Value;
use std::path::Path;

output! {
    /// The parts of an ERNIE-Image model
    #[output(kind = "ernie_image_model_loader_output")]
    pub struct ErnieImageModelLoaderOutput {
        /// Denoising network
        #[field(title = "Transformer")]
        pub transformer: TransformerField,
        /// Text encoder
        #[field(title = "Text Encoder")]
        pub text_encoder: Mistral3EncoderField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
        /// The language model that writes prompts anew
        #[field(default = NULL, title = "Prompt Enhancer")]
        pub prompt_enhancer: Option<PromptEnhancerField>,
    }
}

node! {
    /// Names the parts of an ERNIE-Image model.
    #[node(
        kind = "ernie_image_model_loader", class = "ErnieImageModelLoaderInvocation",
        title = "Main Model - ERNIE-Image", tags = ["model", "ernie-image"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct ErnieImageModelLoader -> ErnieImageModelLoaderOutput {
        /// The model
        #[field(
            title = "ERNIE-Image Model", input = InputKind::Direct, ui_model_base = ["ernie-image"],
            ui_model_type = ["main"]
        )]
        pub model: ModelIdentifierField,
        /// Whether the language model of the pipeline, if there is one, writes prompts anew
        #[field(default = true)]
        pub use_prompt_enhancer: bool,
    }
}

impl Node<Context> for ErnieImageModelLoader {
    fn run(self, context: &mut Context) -> Result<ErnieImageModelLoaderOutput, NodeError> {
        let enhances = self.use_prompt_enhancer && has_prompt_enhancer(&context.host().model(&self.model.key)?.path);
        Ok(ErnieImageModelLoaderOutput {
            transformer: TransformerField::of(&self.model),
            text_encoder: Mistral3EncoderField::of(&self.model),
            vae: VAEField::of(&self.model),
            prompt_enhancer: enhances.then(|| PromptEnhancerField {
                tokenizer: self.model.part(SubModelType::PeTokenizer),
                text_encoder: self.model.part(SubModelType::Pe),
            }),
        })
    }
}

/// Whether the pipeline has the language model and says so.
fn has_prompt_enhancer(path: &Path) -> bool {
    let parts = [SubModelType::Pe, SubModelType::PeTokenizer].map(SubModelType::as_str);
    let index = std::fs::read(path.join("model_index.json")).ok();
    let index: Option<Value> = index.and_then(|text| serde_json::from_slice(&text).ok());
    index.is_some_and(|index| parts.iter().all(|part| path.join(part).is_dir() && index.get(part).is_some()))
}
