//! A LoRA and its weight.

use invoke_graph::{Node, NodeError, RunContext, node, output};

use crate::fields::LoRAField;
use crate::fields::ModelIdentifierField;

output! {
    /// A LoRA with its weight
    #[output(kind = "lora_selector_output")]
    pub struct LoRASelectorOutput {
        /// The LoRA with its weight
        #[field(title = "LoRA")]
        pub lora: LoRAField,
    }
}

node! {
    /// Names a LoRA and how strongly it works.
    #[node(
        kind = "lora_selector", class = "LoRASelectorInvocation", title = "Select LoRA", tags = ["model"],
        category = "model", version = "1.0.3"
    )]
    pub struct LoraSelector -> LoRASelectorOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
    }
}

impl<C: RunContext> Node<C> for LoraSelector {
    fn run(self, _: &mut C) -> Result<LoRASelectorOutput, NodeError> {
        Ok(LoRASelectorOutput { lora: LoRAField { lora: self.lora, weight: self.weight } })
    }
}
