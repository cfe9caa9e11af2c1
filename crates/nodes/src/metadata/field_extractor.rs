//! One text out of the metadata of a picture.

use invoke_graph::{Classification, Node, NodeError, node};
use serde_json::Value;

use crate::Context;
use crate::fields::ImageField;
use crate::metadata::of_image;
use crate::outputs::StringOutput;

node! {
    /// The text at a key in the metadata kept with an image. What is missing or no text is an error.
    #[node(
        kind = "metadata_field_extractor", class = "MetadataFieldExtractorInvocation",
        title = "Metadata Field Extractor", tags = ["metadata"], category = "metadata", version = "1.0.0",
        classification = Classification::Deprecated
    )]
    pub struct MetadataFieldExtractor -> StringOutput {
        /// The image
        pub image: ImageField,
        /// The key
        pub key: String,
    }
}

impl Node<Context> for MetadataFieldExtractor {
    fn run(self, context: &mut Context) -> Result<StringOutput, NodeError> {
        let (name, key) = (&self.image.image_name, &self.key);
        let metadata = of_image(context, &self.image)?.filter(|metadata| !metadata.is_empty());
        let metadata = metadata.ok_or_else(|| NodeError::value(format!("No metadata found on image {name}")))?;
        match metadata.get(key) {
            Some(Value::String(text)) => Ok(StringOutput { value: text.clone() }),
            Some(_) => Err(NodeError::value(format!("Metadata at key '{key}' must be a string"))),
            None => Err(NodeError::value(format!("No key '{key}' found in the metadata for {name}"))),
        }
    }
}
