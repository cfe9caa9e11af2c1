//! Several LoRAs on the parts of FLUX.2 [dev].

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, LoRAField, MistralEncoderField, TransformerField};
use crate::flux2::dev_lora_loader::Flux2DevLoRALoaderOutput;
use crate::flux2::lora_for_dev;
use crate::models::distinct;

node! {
    /// Puts LoRAs on the parts of FLUX.2 [dev].
    #[node(
        kind = "flux2_dev_lora_collection_loader", class = "Flux2DevLoRACollectionLoader",
        title = "Apply LoRA Collection - FLUX.2 [dev]", tags = ["lora", "model", "flux", "flux2", "dev"],
        category = "model", version = "1.0.0", classification = Classification::Prototype
    )]
    pub struct Flux2DevLoraCollectionLoader -> Flux2DevLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs")]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Mistral
        #[field(default = NULL, title = "Mistral Encoder", input = InputKind::Connection)]
        pub mistral_encoder: Option<MistralEncoderField>,
    }
}

impl Node<Context> for Flux2DevLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<Flux2DevLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Flux2])?;
        for lora in &loras {
            lora_for_dev(&context.host().model(&lora.lora.key)?.record)?;
        }
        let (mut transformer, mut mistral_encoder) = (self.transformer, self.mistral_encoder);
        if let Some(part) = &mut transformer {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut mistral_encoder {
            part.loras.extend(loras);
        }
        Ok(Flux2DevLoRALoaderOutput { transformer, mistral_encoder })
    }
}
