//! The parts of an SDXL refiner.

use invoke_graph::{Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, ModelIdentifierField, UNetField, VAEField};

output! {
    /// The parts of an SDXL refiner
    #[output(kind = "sdxl_refiner_model_loader_output")]
    pub struct SDXLRefinerModelLoaderOutput {
        /// Denoising network
        #[field(title = "UNet")]
        pub unet: UNetField,
        /// Second text encoder; the refiner has no first
        #[field(title = "CLIP 2")]
        pub clip2: CLIPField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// Names the parts of an SDXL refiner.
    #[node(
        kind = "sdxl_refiner_model_loader", class = "SDXLRefinerModelLoaderInvocation", title = "Refiner Model - SDXL",
        tags = ["model", "sdxl", "refiner"], category = "model", version = "1.0.4"
    )]
    pub struct SdxlRefinerModelLoader -> SDXLRefinerModelLoaderOutput {
        /// The refiner
        #[field(ui_model_base = ["sdxl-refiner"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

impl Node<Context> for SdxlRefinerModelLoader {
    fn run(self, context: &mut Context) -> Result<SDXLRefinerModelLoaderOutput, NodeError> {
        let model = self.model;
        context.host().model(&model.key)?;
        Ok(SDXLRefinerModelLoaderOutput {
            unet: UNetField::of(&model),
            clip2: CLIPField::second_of(&model),
            vae: VAEField::of(&model),
        })
    }
}
