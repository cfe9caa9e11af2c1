//! Several LoRAs on the parts of FLUX.

use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, CLIPField, LoRAField, T5EncoderField, TransformerField};
use crate::flux::lora_loader::FluxLoRALoaderOutput;
use crate::models::distinct;

node! {
    /// Puts LoRAs on the parts of FLUX.
    #[node(
        kind = "flux_lora_collection_loader", class = "FLUXLoRACollectionLoader",
        title = "Apply LoRA Collection - FLUX", tags = ["lora", "model", "flux"], category = "model",
        version = "1.3.2"
    )]
    pub struct FluxLoraCollectionLoader -> FluxLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["flux"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
        /// Text encoder T5
        #[field(default = NULL, title = "T5 Encoder", input = InputKind::Connection)]
        pub t5_encoder: Option<T5EncoderField>,
    }
}

impl Node<Context> for FluxLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<FluxLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Flux])?;
        let (mut transformer, mut clip, mut t5_encoder) = (self.transformer, self.clip, self.t5_encoder);
        if let Some(part) = &mut transformer {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut clip {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut t5_encoder {
            part.loras.extend(loras);
        }
        Ok(FluxLoRALoaderOutput { transformer, clip, t5_encoder })
    }
}
