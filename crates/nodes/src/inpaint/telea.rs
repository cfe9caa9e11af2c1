//! A masked area filled from its edges.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, channels, inpaint};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Fills the area of an image that a mask names from its edges.
    #[node(
        kind = "cv_inpaint", class = "CvInpaintInvocation", title = "OpenCV Inpaint", tags = ["opencv", "inpaint"],
        category = "inpaint", version = "1.3.1", board = true, metadata = true
    )]
    pub struct InpaintTelea -> ImageOutput {
        /// The image to fill
        pub image: ImageField,
        /// What to fill: black is filled, white is not
        pub mask: ImageField,
    }
}

impl Node<Context> for InpaintTelea {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let hole = channels::invert(context.load_image_as(&self.mask, Mode::L)?);
        context.save_image(inpaint::telea(&image, &hole, 3).map_err(failed)?)
    }
}
