//! LoRAs out of metadata on the parts of a model.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::fields::{CLIPField, UNetField};
use crate::metadata::models::{add_missing, loras_at};
use crate::models::lora_loader::LoRALoaderOutput;

node! {
    /// Puts the LoRAs named in metadata on a denoising network, a text encoder, or both; those already there stay as they are
    #[node(
        kind = "metadata_to_loras", class = "MetadataToLorasInvocation", title = "Metadata To LoRAs",
        tags = ["metadata"], category = "metadata", version = "1.1.1", classification = Classification::Beta,
        metadata = true
    )]
    pub struct MetadataToLoras -> LoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// Text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
    }
}

impl Node<Context> for MetadataToLoras {
    fn run(self, context: &mut Context) -> Result<LoRALoaderOutput, NodeError> {
        let loras = loras_at(context, "loras", &["model"])?;
        let (mut unet, mut clip) = (self.unet, self.clip);
        add_missing(unet.as_mut().map(|unet| &mut unet.loras), &loras);
        add_missing(clip.as_mut().map(|clip| &mut clip.loras), &loras);
        Ok(LoRALoaderOutput { unet, clip })
    }
}
