//! One more value in metadata.

use invoke_graph::{Classification, InputKind, MetadataField, NULL, Node, NodeError, node};
use serde_json::Value;

use crate::Context;
use crate::metadata::labels::{CoreLabel, label, needs_label};
use crate::metadata::{APP_VERSION, given};
use crate::outputs::MetadataOutput;

node! {
    /// Adds a value to metadata under a label, or replaces the one that is there
    #[node(
        kind = "metadata_item_linked", class = "MetadataItemLinkedInvocation", title = "Metadata Item Linked",
        tags = ["metadata"], category = "metadata", version = "1.0.1", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataItemLinked -> MetadataOutput {
        /// The label to look for
        #[field(default = "* CUSTOM LABEL *", input = InputKind::Direct)]
        pub label: CoreLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// The value
        #[field(ui_type = "AnyField")]
        pub value: Value,
    }
}

impl Node<Context> for MetadataItemLinked {
    fn run(self, context: &mut Context) -> Result<MetadataOutput, NodeError> {
        let label = label(self.label, self.custom_label)?;
        let mut metadata = given(context);
        metadata.insert(label, vae_only(self.value));
        metadata.insert("app_version".to_owned(), APP_VERSION.into());
        Ok(MetadataOutput { metadata: MetadataField(metadata) })
    }
}

/// Of what a VAE's edge carries, the model alone: that is what people look up again.
fn vae_only(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.len() == 2 && fields.contains_key("seamless_axes") => {
            fields.remove("vae").unwrap_or(Value::Object(fields))
        }
        other => other,
    }
}
