//! A main model out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, ModelIdentifierField, ModelType, UNetField, VAEField};
use crate::metadata::labels::{ModelLabel, find, needs_label};
use crate::metadata::models::{identifier, key_of};

output! {
    /// A model out of metadata, with its parts
    #[output(kind = "metadata_to_model_output")]
    pub struct MetadataToModelOutput {
        /// The model
        #[field(title = "Model")]
        pub model: ModelIdentifierField,
        /// Base and name of the model
        #[field(title = "Name")]
        pub name: String,
        /// Denoising network
        #[field(title = "UNet")]
        pub unet: UNetField,
        /// Text encoder
        #[field(title = "CLIP")]
        pub clip: CLIPField,
        /// Image encoder and decoder
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

node! {
    /// The main model named in metadata, with its parts
    #[node(
        kind = "metadata_to_model", class = "MetadataToModelInvocation", title = "Metadata To Model",
        tags = ["metadata"], category = "metadata", version = "1.3.0", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToModel -> MetadataToModelOutput {
        /// The label to look for
        #[field(default = "model", input = InputKind::Direct)]
        pub label: ModelLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// The model to give when metadata names none that is installed
        #[field(ui_model_type = ["main"])]
        pub default_value: ModelIdentifierField,
    }
}

impl Node<Context> for MetadataToModel {
    fn run(self, context: &mut Context) -> Result<MetadataToModelOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        let key = key_of(context, found.as_ref(), ModelType::Main)?.unwrap_or(self.default_value.key);
        let model = identifier(context, &key)?;
        Ok(MetadataToModelOutput {
            name: format!("{}: {}", model.base.as_str(), model.name),
            unet: UNetField::of(&model),
            clip: CLIPField::of(&model),
            vae: VAEField::of(&model),
            model,
        })
    }
}
