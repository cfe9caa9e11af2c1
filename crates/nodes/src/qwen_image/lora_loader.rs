//! A LoRA on the parts of Qwen Image.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, TransformerField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "qwen_image_lora_loader_output")]
    pub struct QwenImageLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Transformer")]
        pub transformer: Option<TransformerField>,
    }
}

node! {
    /// Puts a LoRA on the parts of Qwen Image.
    #[node(
        kind = "qwen_image_lora_loader", class = "QwenImageLoRALoaderInvocation", title = "Apply LoRA - Qwen Image",
        tags = ["lora", "model", "qwen_image"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct QwenImageLoraLoader -> QwenImageLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["qwen-image"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 1.0)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
    }
}

impl Node<Context> for QwenImageLoraLoader {
    fn run(self, context: &mut Context) -> Result<QwenImageLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let mut transformer = self.transformer;
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        Ok(QwenImageLoRALoaderOutput { transformer })
    }
}
