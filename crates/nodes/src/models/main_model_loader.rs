//! The parts of a main model.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::{CLIPField, ModelIdentifierField, UNetField, VAEField};
use crate::outputs::ModelLoaderOutput;

node! {
    /// Loads a main model, outputting its submodels.
    #[node(
        kind = "main_model_loader", class = "MainModelLoaderInvocation", title = "Main Model - SD1.5, SD2",
        tags = ["model"], category = "model", version = "1.0.4"
    )]
    pub struct MainModelLoader -> ModelLoaderOutput {
        /// Main model (UNet, VAE, CLIP) to load
        #[field(ui_model_base = ["sd-1", "sd-2"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

impl Node<Context> for MainModelLoader {
    fn run(self, context: &mut Context) -> Result<ModelLoaderOutput, NodeError> {
        let model = self.model;
        context.host().model(&model.key)?;
        Ok(ModelLoaderOutput { vae: VAEField::of(&model), clip: CLIPField::of(&model), unet: UNetField::of(&model) })
    }
}
