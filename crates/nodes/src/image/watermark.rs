//! A text hidden in a picture.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, watermark};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Hides a text in an image.
    #[node(
        kind = "img_watermark", class = "ImageWatermarkInvocation", title = "Add Invisible Watermark",
        tags = ["image", "watermark"], category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct HideWatermark -> ImageOutput {
        /// The image to hide it in
        pub image: ImageField,
        /// The text
        #[field(default = "InvokeAI")]
        pub text: String,
    }
}

impl Node<Context> for HideWatermark {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let marked = watermark::hide(&image, self.text.as_bytes()).map_err(failed)?;
        context.save_image(marked.convert(Mode::Rgba))
    }
}
