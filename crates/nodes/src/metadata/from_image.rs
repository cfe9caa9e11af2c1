//! The metadata of a picture.

use invoke_graph::{Classification, MetadataField, Node, NodeError, node};

use crate::Context;
use crate::fields::ImageField;
use crate::metadata::of_image;
use crate::outputs::MetadataOutput;

node! {
    /// The metadata kept with an image, empty where there is none
    #[node(
        kind = "metadata_from_image", class = "MetadataFromImageInvocation", title = "Metadata From Image",
        tags = ["metadata"], category = "metadata", version = "1.0.1", classification = Classification::Beta
    )]
    pub struct MetadataFromImage -> MetadataOutput {
        /// The image
        pub image: ImageField,
    }
}

impl Node<Context> for MetadataFromImage {
    fn run(self, context: &mut Context) -> Result<MetadataOutput, NodeError> {
        Ok(MetadataOutput { metadata: MetadataField(of_image(context, &self.image)?.unwrap_or_default()) })
    }
}
