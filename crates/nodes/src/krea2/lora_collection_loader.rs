//! Several LoRAs on the parts of Krea-2.

use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{LoRAField, Qwen3VLEncoderField, TransformerField};
use crate::krea2::lora_loader::Krea2LoRALoaderOutput;
use crate::krea2::put_on_both;

node! {
    /// Puts LoRAs on the parts of Krea-2; on both with the weight they have on one.
    #[node(
        kind = "krea2_lora_collection_loader", class = "Krea2LoRACollectionLoader",
        title = "Apply LoRA Collection - Krea-2", tags = ["lora", "model", "krea2", "krea-2"], category = "model",
        version = "1.0.0"
    )]
    pub struct Krea2LoraCollectionLoader -> Krea2LoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs")]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3-VL
        #[field(default = NULL, title = "Qwen3-VL Encoder", input = InputKind::Connection)]
        pub qwen3_vl_encoder: Option<Qwen3VLEncoderField>,
    }
}

impl Node<Context> for Krea2LoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<Krea2LoRALoaderOutput, NodeError> {
        let (mut transformer, mut qwen3_vl_encoder) = (self.transformer, self.qwen3_vl_encoder);
        for lora in self.loras.map(OneOrMany::into_vec).unwrap_or_default() {
            let parts = (
                transformer.as_mut().map(|part| &mut part.loras),
                qwen3_vl_encoder.as_mut().map(|part| &mut part.loras),
            );
            put_on_both(context, lora, parts)?;
        }
        Ok(Krea2LoRALoaderOutput { transformer, qwen3_vl_encoder })
    }
}
