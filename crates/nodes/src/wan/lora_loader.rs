//! A LoRA on the networks of Wan.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, WanTransformerField};
use crate::wan::{WanLoraTarget, lora_for_wan, put_on};

output! {
    /// The networks with their LoRAs
    #[output(kind = "wan_lora_loader_output")]
    pub struct WanLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Wan Transformer")]
        pub transformer: Option<WanTransformerField>,
    }
}

node! {
    /// Puts a LoRA on one or both networks of Wan 2.2.
    #[node(
        kind = "wan_lora_loader", class = "WanLoRALoaderInvocation", title = "Apply LoRA - Wan 2.2",
        tags = ["lora", "model", "wan"], category = "model", version = "1.0.1",
        classification = Classification::Prototype
    )]
    pub struct WanLoraLoader -> WanLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["wan"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Which of the two networks it changes
        #[field(default = "auto")]
        pub target: WanLoraTarget,
        /// Denoising network
        #[field(default = NULL, title = "Wan Transformer", input = InputKind::Connection)]
        pub transformer: Option<WanTransformerField>,
    }
}

impl Node<Context> for WanLoraLoader {
    fn run(self, context: &mut Context) -> Result<WanLoRALoaderOutput, NodeError> {
        let record = lora_for_wan(context, &self.lora)?;
        let Some(mut transformer) = self.transformer else { return Ok(WanLoRALoaderOutput { transformer: None }) };
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        put_on(context, &mut transformer, &lora, &record, self.target)?;
        Ok(WanLoRALoaderOutput { transformer: Some(transformer) })
    }
}
