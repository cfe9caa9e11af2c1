//! A LoRA that steers FLUX by an image.

use invoke_graph::{NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{ControlLoRAField, ImageField, ModelIdentifierField};

output! {
    /// A control LoRA with its image
    #[output(kind = "flux_control_lora_loader_output")]
    pub struct FluxControlLoRALoaderOutput {
        /// The LoRA with its image
        #[field(default = NULL, title = "Flux Control LoRA")]
        pub control_lora: ControlLoRAField,
    }
}

node! {
    /// Says which control LoRA steers the picture, by which image and how strongly.
    #[node(
        kind = "flux_control_lora_loader", class = "FluxControlLoRALoaderInvocation", title = "Control LoRA - FLUX",
        tags = ["lora", "model", "flux"], category = "model", version = "1.1.1"
    )]
    pub struct FluxControlLoraLoader -> FluxControlLoRALoaderOutput {
        /// The LoRA
        #[field(title = "Control LoRA", ui_model_base = ["flux"], ui_model_type = ["control_lora"])]
        pub lora: ModelIdentifierField,
        /// The image
        pub image: ImageField,
        /// How strongly it works
        #[field(default = 1.0)]
        pub weight: f64,
    }
}

impl Node<Context> for FluxControlLoraLoader {
    fn run(self, context: &mut Context) -> Result<FluxControlLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        Ok(FluxControlLoRALoaderOutput {
            control_lora: ControlLoRAField { lora: self.lora, weight: self.weight, img: self.image },
        })
    }
}
