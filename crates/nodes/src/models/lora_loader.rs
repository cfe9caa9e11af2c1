//! A LoRA on a network and its text encoder.

use invoke_graph::{InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, LoRAField, ModelIdentifierField, UNetField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "lora_loader_output")]
    pub struct LoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "UNet")]
        pub unet: Option<UNetField>,
        /// Text encoder
        #[field(default = NULL, title = "CLIP")]
        pub clip: Option<CLIPField>,
    }
}

node! {
    /// Puts a LoRA on a denoising network, a text encoder, or both.
    #[node(
        kind = "lora_loader", class = "LoRALoaderInvocation", title = "Apply LoRA - SD1.5", tags = ["model"],
        category = "model", version = "1.0.4"
    )]
    pub struct LoraLoader -> LoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["sd-1"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// Text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
    }
}

impl Node<Context> for LoraLoader {
    fn run(self, context: &mut Context) -> Result<LoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut unet, mut clip) = (self.unet, self.clip);
        add_once(unet.as_mut().map(|unet| &mut unet.loras), &lora, "unet")?;
        add_once(clip.as_mut().map(|clip| &mut clip.loras), &lora, "clip")?;
        Ok(LoRALoaderOutput { unet, clip })
    }
}
