//! Several LoRAs on the parts of an SDXL model.

use invoke_graph::{InputKind, NULL, Node, NodeError, OneOrMany, node};

use crate::Context;
use crate::fields::{BaseModelType, CLIPField, LoRAField, UNetField};
use crate::models::distinct;
use crate::models::sdxl_lora_loader::SDXLLoRALoaderOutput;

node! {
    /// Puts LoRAs on a denoising network and on either text encoder.
    #[node(
        kind = "sdxl_lora_collection_loader", class = "SDXLLoRACollectionLoader",
        title = "Apply LoRA Collection - SDXL", tags = ["model"], category = "model", version = "1.1.3"
    )]
    pub struct SdxlLoraCollectionLoader -> SDXLLoRALoaderOutput {
        /// One LoRA with its weight, or several
        #[field(default = NULL, title = "LoRAs", ui_model_base = ["sdxl"], ui_model_type = ["lora"])]
        pub loras: Option<OneOrMany<LoRAField>>,
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
        /// Second text encoder
        #[field(default = NULL, title = "CLIP 2", input = InputKind::Connection)]
        pub clip2: Option<CLIPField>,
    }
}

impl Node<Context> for SdxlLoraCollectionLoader {
    fn run(self, context: &mut Context) -> Result<SDXLLoRALoaderOutput, NodeError> {
        let loras = distinct(context, self.loras, &[BaseModelType::Sdxl])?;
        let (mut unet, mut clip, mut clip2) = (self.unet, self.clip, self.clip2);
        if let Some(unet) = &mut unet {
            unet.loras.extend(loras.iter().cloned());
        }
        for clip in [&mut clip, &mut clip2].into_iter().flatten() {
            clip.loras.extend(loras.iter().cloned());
        }
        Ok(SDXLLoRALoaderOutput { unet, clip, clip2 })
    }
}
