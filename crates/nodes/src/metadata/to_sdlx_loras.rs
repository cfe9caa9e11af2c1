//! LoRAs out of metadata on the parts of an SDXL model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::fields::{CLIPField, UNetField};
use crate::metadata::models::{add_missing, loras_at};
use crate::models::sdxl_lora_loader::SDXLLoRALoaderOutput;

node! {
    /// Puts the LoRAs named in metadata on a denoising network and on either text encoder; those already there stay as they are
    #[node(
        kind = "metadata_to_sdlx_loras", class = "MetadataToSDXLLorasInvocation", title = "Metadata To SDXL LoRAs",
        tags = ["metadata"], category = "metadata", version = "1.1.1", classification = Classification::Beta,
        metadata = true
    )]
    pub struct MetadataToSdxlLoras -> SDXLLoRALoaderOutput {
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

impl Node<Context> for MetadataToSdxlLoras {
    fn run(self, context: &mut Context) -> Result<SDXLLoRALoaderOutput, NodeError> {
        let loras = loras_at(context, "loras", &["model"])?;
        let (mut unet, mut clip, mut clip2) = (self.unet, self.clip, self.clip2);
        add_missing(unet.as_mut().map(|unet| &mut unet.loras), &loras);
        add_missing(clip.as_mut().map(|clip| &mut clip.loras), &loras);
        add_missing(clip2.as_mut().map(|clip| &mut clip.loras), &loras);
        Ok(SDXLLoRALoaderOutput { unet, clip, clip2 })
    }
}
