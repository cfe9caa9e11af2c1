//! Several LoRAs on a network and its text encoder.

use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, CLIPField, LoRAField, UNetField};
use crate::models::distinct;
use crate::models::lora_loader::LoRALoaderOutput;

node! {
    /// Puts LoRAs on a denoising network, a text encoder, or both.
    #[node(
        kind = "lora_collection_loader", class = "LoRACollectionLoader", title = "Apply LoRA Collection - SD1.5",
        tags = ["model"], category = "model", version = "1.1.3"
    )]
    pub struct LoraCollectionLoader -> LoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["sd-1", "sd-2"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// Text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
    }
}

impl Node<Context> for LoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<LoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Sd1, BaseModelType::Sd2])?;
        let (mut unet, mut clip) = (self.unet, self.clip);
        if let Some(unet) = &mut unet {
            unet.loras.extend(loras.iter().cloned());
        }
        if let Some(clip) = &mut clip {
            clip.loras.extend(loras);
        }
        Ok(LoRALoaderOutput { unet, clip })
    }
}
