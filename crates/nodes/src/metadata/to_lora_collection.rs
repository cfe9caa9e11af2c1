//! LoRAs out of metadata as a list.

use invoke_graph::{Classification, InputKind, Node, NodeError, OneOrMany, node, output};
use serde_json::json;

use crate::Context;
use crate::fields::LoRAField;
use crate::metadata::models::loras_at;

output! {
    /// LoRAs with their weights
    #[output(kind = "metadata_to_lora_collection_output")]
    pub struct MetadataToLorasCollectionOutput {
        /// LoRAs with their weights
        #[field(title = "LoRAs")]
        pub lora: Vec<LoRAField>,
    }
}

node! {
    /// The LoRAs named in metadata, after those that are given
    #[node(
        kind = "metadata_to_lora_collection", class = "MetadataToLorasCollectionInvocation",
        title = "Metadata To LoRA Collection", tags = ["metadata"], category = "metadata", version = "1.1.0",
        classification = Classification::Beta, metadata = true
    )]
    pub struct MetadataToLoraCollection -> MetadataToLorasCollectionOutput {
        /// The label to look for
        #[field(default = "loras", input = InputKind::Direct)]
        pub custom_label: String,
        /// LoRAs to begin with: one with its weight, or several
        #[field(default = json!([]), title = "LoRAs")]
        pub loras: Option<OneOrMany<LoRAField>>,
    }
}

impl Node<Context> for MetadataToLoraCollection {
    fn run(self, context: &mut Context) -> Result<MetadataToLorasCollectionOutput, NodeError> {
        let label = match self.custom_label.trim() {
            "" => "loras",
            label => label,
        };
        let mut lora: Vec<LoRAField> = Vec::new();
        for given in self.loras.map(OneOrMany::into_vec).unwrap_or_default() {
            if lora.iter().all(|known| known.lora.key != given.lora.key) {
                lora.push(given);
            }
        }
        let named = loras_at(context, label, &["model", "lora"])?;
        let added: Vec<LoRAField> =
            named.into_iter().filter(|named| lora.iter().all(|known| known.lora.key != named.lora.key)).collect();
        lora.extend(added);
        Ok(MetadataToLorasCollectionOutput { lora })
    }
}
