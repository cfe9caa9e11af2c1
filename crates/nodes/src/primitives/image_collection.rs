//! Pictures that are there already.

use invoke_graph::{InputKind, NULL, Node, NodeError, RunContext, node};

use crate::fields::ImageField;
use crate::outputs::ImageCollectionOutput;

node! {
    /// A list of images: those that come by an edge, then those chosen here
    #[node(
        kind = "image_collection", class = "ImageCollectionInvocation", title = "Image Collection Primitive",
        tags = ["primitives", "image", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct ImageCollection -> ImageCollectionOutput {
        /// Images to begin with
        #[field(default = NULL, input = InputKind::Connection, ui_order = 0)]
        pub collection: Option<Vec<ImageField>>,
        /// Images to add at the end
        #[field(default = NULL, input = InputKind::Direct, ui_order = 1)]
        pub images: Option<Vec<ImageField>>,
    }
}

impl<C: RunContext> Node<C> for ImageCollection {
    fn run(self, _: &mut C) -> Result<ImageCollectionOutput, NodeError> {
        let collection = [self.collection, self.images].into_iter().flatten().flatten().collect();
        Ok(ImageCollectionOutput { collection })
    }
}
