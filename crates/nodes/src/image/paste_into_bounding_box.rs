//! A picture pasted into a box.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{ImagingError, Mode, paste};

use crate::Context;
use crate::fields::{BoundingBoxField, ImageField};
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Pastes an image into a box of the same size in another image.
    #[node(
        kind = "paste_image_into_bounding_box", class = "PasteImageIntoBoundingBoxInvocation",
        title = "Paste Image into Bounding Box", tags = ["image", "crop"], category = "image", version = "1.0.0",
        board = true, metadata = true
    )]
    pub struct PasteIntoBoundingBox -> ImageOutput {
        /// The image to paste
        pub source_image: ImageField,
        /// The image to paste into
        pub target_image: ImageField,
        /// The box
        pub bounding_box: BoundingBoxField,
    }
}

impl Node<Context> for PasteIntoBoundingBox {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let source = context.load_image_as(&self.source_image, Mode::Rgba)?;
        let mut image = context.load_image_as(&self.target_image, Mode::Rgba)?;
        let given = &self.bounding_box;
        let size = (given.x_max.saturating_sub(given.x_min), given.y_max.saturating_sub(given.y_min));
        if size != (source.width().into(), source.height().into()) {
            return Err(failed(ImagingError::DifferentShapes));
        }
        paste::paste_masked(&mut image, &source, given.x_min, given.y_min, &source).map_err(failed)?;
        context.save_image(image)
    }
}
