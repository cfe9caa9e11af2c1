//! Several LoRAs on the parts of Qwen Image.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::families::installed;
use crate::fields::{LoRAField, TransformerField};
use crate::qwen_image::lora_loader::QwenImageLoRALoaderOutput;

node! {
    /// Puts LoRAs on the parts of Qwen Image.
    #[node(
        kind = "qwen_image_lora_collection_loader", class = "QwenImageLoRACollectionLoader",
        title = "Apply LoRA Collection - Qwen Image", tags = ["lora", "model", "qwen_image"], category = "model",
        version = "1.0.1", classification = Classification::Prototype
    )]
    pub struct QwenImageLoraCollectionLoader -> QwenImageLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["qwen-image"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
    }
}

impl Node<Context> for QwenImageLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<QwenImageLoRALoaderOutput, NodeError> {
        let loras = installed(context, self.loras)?;
        let mut transformer = self.transformer;
        if let Some(part) = &mut transformer {
            part.loras.extend(loras);
        }
        Ok(QwenImageLoRALoaderOutput { transformer })
    }
}
