//! The parts of a main model.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::{CLIPField, ModelIdentifierField, SubModelType, UNetField, VAEField};
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
        Ok(ModelLoaderOutput {
            vae: VAEField { vae: model.part(SubModelType::Vae), seamless_axes: Vec::new() },
            clip: CLIPField {
                tokenizer: model.part(SubModelType::Tokenizer),
                text_encoder: model.part(SubModelType::TextEncoder),
                skipped_layers: 0,
                loras: Vec::new(),
            },
            unet: UNetField {
                unet: model.part(SubModelType::Unet),
                scheduler: model.part(SubModelType::Scheduler),
                loras: Vec::new(),
                seamless_axes: Vec::new(),
                freeu_config: None,
            },
        })
    }
}
