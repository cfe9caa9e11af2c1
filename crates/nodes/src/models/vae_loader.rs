//! A VAE of its own.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::{ModelIdentifierField, VAEField};
use crate::outputs::VAEOutput;

node! {
    /// Loads a VAE model, outputting a VaeLoaderOutput
    #[node(
        kind = "vae_loader", class = "VAELoaderInvocation", title = "VAE Model - SD1.5, SD2, SDXL, SD3, FLUX",
        tags = ["vae", "model"], category = "model", version = "1.0.4"
    )]
    pub struct VaeLoader -> VAEOutput {
        /// VAE model to load
        #[field(
            title = "VAE", ui_model_base = ["sd-1", "sd-2", "sdxl", "sd-3", "flux", "flux2"], ui_model_type = ["vae"]
        )]
        pub vae_model: ModelIdentifierField,
    }
}

impl Node<Context> for VaeLoader {
    fn run(self, context: &mut Context) -> Result<VAEOutput, NodeError> {
        context.host().model(&self.vae_model.key)?;
        Ok(VAEOutput { vae: VAEField { vae: self.vae_model, seamless_axes: Vec::new() } })
    }
}
