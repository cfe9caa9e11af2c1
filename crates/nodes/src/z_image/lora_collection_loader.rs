//! Several LoRAs on the parts of Z-Image.

use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, LoRAField, Qwen3EncoderField, TransformerField};
use crate::models::distinct;
use crate::z_image::lora_loader::ZImageLoRALoaderOutput;

node! {
    /// Puts LoRAs on the parts of Z-Image.
    #[node(
        kind = "z_image_lora_collection_loader", class = "ZImageLoRACollectionLoader",
        title = "Apply LoRA Collection - Z-Image", tags = ["lora", "model", "z-image"], category = "model",
        version = "1.0.1"
    )]
    pub struct ZImageLoraCollectionLoader -> ZImageLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["z-image"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for ZImageLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<ZImageLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::ZImage])?;
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        if let Some(part) = &mut transformer {
            part.loras.extend(loras.iter().cloned());
        }
        if let Some(part) = &mut qwen3_encoder {
            part.loras.extend(loras);
        }
        Ok(ZImageLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
