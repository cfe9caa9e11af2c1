//! The parts of an SDXL model.

use invoke_graph::{Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, ModelIdentifierField, UNetField, VAEField};

output! {
    /// The parts of an SDXL model
    #[output(kind = "sdxl_model_loader_output")]
    pub struct SDXLModelLoaderOutput {
        /// Denoising network
        #[field(title = "UNet")]
        pub unet: UNetField,
        /// First text encoder
        #[field(title = "CLIP 1")]
        pub clip: CLIPField,
        /// Second text encoder
        #[field(title = "CLIP 2")]
        pub clip2: CLIPField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of an SDXL model.
    #[node(
        kind = "sdxl_model_loader", class = "SDXLModelLoaderInvocation", title = "Main Model - SDXL",
        tags = ["model", "sdxl"], category = "model", version = "1.0.4"
    )]
    pub struct SdxlModelLoader -> SDXLModelLoaderOutput {
        /// The model
        #[field(ui_model_base = ["sdxl"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

impl Node<Context> for SdxlModelLoader {
    fn run(self, context: &mut Context) -> Result<SDXLModelLoaderOutput, NodeError> {
        let model = self.model;
        context.host().model(&model.key)?;
        Ok(SDXLModelLoaderOutput {
            unet: UNetField::of(&model),
            clip: CLIPField::of(&model),
            clip2: CLIPField::second_of(&model),
            vae: VAEField::of(&model),
        })
    }
}
