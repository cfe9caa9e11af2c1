//! A LoRA on the parts of an SDXL model.

use invoke_graph::{InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, LoRAField, ModelIdentifierField, UNetField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "sdxl_lora_loader_output")]
    pub struct SDXLLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "UNet")]
        pub unet: Option<UNetField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP 1")]
        pub clip: Option<CLIPField>,
        /// Second text encoder
        #[field(default = NULL, title = "CLIP 2")]
        pub clip2: Option<CLIPField>,
    }
}

node! {
    /// Puts a LoRA on a denoising network and on either text encoder.
    #[node(
        kind = "sdxl_lora_loader", class = "SDXLLoRALoaderInvocation", title = "Apply LoRA - SDXL",
        tags = ["lora", "model"], category = "model", version = "1.0.5"
    )]
    pub struct SdxlLoraLoader -> SDXLLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["sdxl"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP 1", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
        /// Second text encoder
        #[field(default = NULL, title = "CLIP 2", input = InputKind::Connection)]
        pub clip2: Option<CLIPField>,
    }
}

impl Node<Context> for SdxlLoraLoader {
    fn run(self, context: &mut Context) -> Result<SDXLLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut unet, mut clip, mut clip2) = (self.unet, self.clip, self.clip2);
        add_once(unet.as_mut().map(|unet| &mut unet.loras), &lora, "unet")?;
        add_once(clip.as_mut().map(|clip| &mut clip.loras), &lora, "clip")?;
        add_once(clip2.as_mut().map(|clip| &mut clip.loras), &lora, "clip2")?;
        Ok(SDXLLoRALoaderOutput { unet, clip, clip2 })
    }
}
