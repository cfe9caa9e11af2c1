//! Several LoRAs on the parts of FLUX.2 Klein.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, LoRAField, Qwen3EncoderField, TransformerField};
use crate::flux2::klein_lora_loader::Flux2KleinLoRALoaderOutput;
use crate::flux2::lora_for_klein;
use crate::models::distinct;

node! {
    /// Puts LoRAs on the parts of FLUX.2 Klein.
    #[node(
        kind = "flux2_klein_lora_collection_loader", class = "Flux2KleinLoRACollectionLoader",
        title = "Apply LoRA Collection - Flux2 Klein", tags = ["lora", "model", "flux", "klein", "flux2"],
        category = "model", version = "1.0.1", classification = Classification::Prototype
    )]
    pub struct Flux2KleinLoraCollectionLoader -> Flux2KleinLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["flux2"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for Flux2KleinLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<Flux2KleinLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Flux2])?;
        for lora in &loras {
            lora_for_klein(&context.host().model(&lora.lora.key)?.record)?;
        }
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        if let Some(part) = &mut transformer {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut qwen3_encoder {
            part.loras.extend(loras);
        }
        Ok(Flux2KleinLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
