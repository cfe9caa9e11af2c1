//! Transparent areas filled with patches of the picture.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, infill};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::image::resize::Resample;
use crate::outputs::ImageOutput;

node! {
    /// Fills the transparent areas of an image with patches of itself that fit.
    #[node(
        kind = "infill_patchmatch", class = "InfillPatchMatchInvocation", title = "PatchMatch Infill",
        tags = ["image", "inpaint"], category = "inpaint", version = "1.2.2", board = true, metadata = true
    )]
    pub struct InfillPatchMatch -> ImageOutput {
        /// The image to fill
        pub image: ImageField,
        /// Without effect, as in the reference, which fills the whole image all the same
        #[field(default = 2.0, gt = 0)]
        pub downscale: f64,
        /// Without effect, likewise
        #[field(default = "bicubic")]
        pub resample_mode: Resample,
    }
}

impl Node<Context> for InfillPatchMatch {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        if image.mode() != Mode::Rgba {
            return Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() });
        }
        // The reference makes the small picture it does not use, and fails where there is none.
        if f64::from(image.width().min(image.height())) / self.downscale < 1.0 {
            return Err(NodeError::value("height and width must be > 0"));
        }
        context.save_image(infill::with_patches(&image).map_err(failed)?)
    }
}
