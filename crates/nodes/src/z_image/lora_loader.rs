//! A LoRA on the parts of Z-Image.

use invoke_graph::{InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, Qwen3EncoderField, TransformerField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "z_image_lora_loader_output")]
    pub struct ZImageLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Z-Image Transformer")]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder")]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of Z-Image.
    #[node(
        kind = "z_image_lora_loader", class = "ZImageLoRALoaderInvocation", title = "Apply LoRA - Z-Image",
        tags = ["lora", "model", "z-image"], category = "model", version = "1.0.0"
    )]
    pub struct ZImageLoraLoader -> ZImageLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["z-image"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Z-Image Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for ZImageLoraLoader {
    fn run(self, context: &mut Context) -> Result<ZImageLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        add_once(qwen3_encoder.as_mut().map(|part| &mut part.loras), &lora, "Qwen3 encoder")?;
        Ok(ZImageLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
