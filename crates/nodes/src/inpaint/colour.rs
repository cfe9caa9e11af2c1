//! Transparent areas filled with a colour.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, infill};
use serde_json::json;

use crate::Context;
use crate::fields::{ColorField, ImageField};
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Fills the transparent areas of an image with a colour.
    #[node(
        kind = "infill_rgba", class = "InfillColorInvocation", title = "Solid Color Infill",
        tags = ["image", "inpaint"], category = "inpaint", version = "1.2.2", board = true, metadata = true
    )]
    pub struct InfillColour -> ImageOutput {
        /// The image to fill
        pub image: ImageField,
        /// The colour
        #[field(default = json!({"a": 255, "b": 127, "g": 127, "r": 127}))]
        pub color: ColorField,
    }
}

impl Node<Context> for InfillColour {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        if image.mode() != Mode::Rgba {
            return Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() });
        }
        context.save_image(infill::with_colour(&image, self.color.samples()).map_err(failed)?)
    }
}
