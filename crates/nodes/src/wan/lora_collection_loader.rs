//! Several LoRAs on the networks of Wan.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{LoRAField, WanTransformerField};
use crate::wan::lora_loader::WanLoRALoaderOutput;
use crate::wan::{WanLoraTarget, lora_for_wan, put_on};

node! {
    /// Puts LoRAs on the networks of Wan 2.2 they are made for.
    #[node(
        kind = "wan_lora_collection_loader", class = "WanLoRACollectionLoader",
        title = "Apply LoRA Collection - Wan 2.2", tags = ["lora", "model", "wan"], category = "model",
        version = "1.0.1", classification = Classification::Prototype
    )]
    pub struct WanLoraCollectionLoader -> WanLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["wan"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "Wan Transformer", input = InputKind::Connection)]
        pub transformer: Option<WanTransformerField>,
    }
}

impl Node<Context> for WanLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<WanLoRALoaderOutput, NodeError> {
        let Some(mut transformer) = self.transformer else { return Ok(WanLoRALoaderOutput { transformer: None }) };
        let mut known: Vec<String> = Vec::new();
        for lora in self.loras.map(OneOrMany::into_vec).unwrap_or_default() {
            if known.contains(&lora.lora.key) {
                continue;
            }
            let record = lora_for_wan(context, &lora.lora)?;
            put_on(context, &mut transformer, &lora, &record, WanLoraTarget::Auto)?;
            known.push(lora.lora.key);
        }
        Ok(WanLoRALoaderOutput { transformer: Some(transformer) })
    }
}
