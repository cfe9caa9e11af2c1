//! Transparent areas filled from their edges.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, infill};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Fills the transparent areas of an image from their edges.
    #[node(
        kind = "infill_cv2", class = "CV2InfillInvocation", title = "CV2 Infill", tags = ["image", "inpaint"],
        category = "inpaint", version = "1.2.2", board = true, metadata = true
    )]
    pub struct InfillCv2 -> ImageOutput {
        /// The image to fill
        pub image: ImageField,
    }
}

impl Node<Context> for InfillCv2 {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        if image.mode() != Mode::Rgba {
            return Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() });
        }
        context.save_image(infill::from_edges(&image).map_err(failed)?)
    }
}
