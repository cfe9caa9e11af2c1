//! A VAE out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::fields::{ModelType, SubModelType, VAEField};
use crate::metadata::labels::{VaeLabel, find, needs_label};
use crate::metadata::models::{identifier, key_of};
use crate::outputs::VAEOutput;

node! {
    /// The VAE named in metadata
    #[node(
        kind = "metadata_to_vae", class = "MetadataToVAEInvocation", title = "Metadata To VAE", tags = ["metadata"],
        category = "metadata", version = "1.2.1", classification = Classification::Beta, metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToVae -> VAEOutput {
        /// The label to look for
        #[field(default = "vae", input = InputKind::Direct)]
        pub label: VaeLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// The VAE to give when metadata names none that is installed
        pub default_value: VAEField,
    }
}

impl Node<Context> for MetadataToVae {
    fn run(self, context: &mut Context) -> Result<VAEOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        let key = key_of(context, found.as_ref(), ModelType::Vae)?.unwrap_or(self.default_value.vae.key);
        let vae = identifier(context, &key)?.part(SubModelType::Vae);
        Ok(VAEOutput { vae: VAEField { vae, seamless_axes: Vec::new() } })
    }
}
