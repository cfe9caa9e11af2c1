//! Several LoRAs on the parts of Anima.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::anima::lora_loader::AnimaLoRALoaderOutput;
use crate::fields::{BaseModelType, LoRAField, Qwen3EncoderField, TransformerField};
use crate::models::distinct;

node! {
    /// Puts LoRAs on the parts of Anima.
    #[node(
        kind = "anima_lora_collection_loader", class = "AnimaLoRACollectionLoader",
        title = "Apply LoRA Collection - Anima", tags = ["lora", "model", "anima"], category = "model",
        version = "1.0.1", classification = Classification::Prototype
    )]
    pub struct AnimaLoraCollectionLoader -> AnimaLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["anima"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for AnimaLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<AnimaLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Anima])?;
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        if let Some(part) = &mut transformer {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut qwen3_encoder {
            part.loras.extend(loras);
        }
        Ok(AnimaLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
