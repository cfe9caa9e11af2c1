//! A picture in another mode.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::Mode;

use crate::Context;
use crate::failure::not_yet;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

choices! {
    /// Colour modes, by the names of the reference's image library.
    pub enum ColorMode {
        L = "L",
        Rgb = "RGB",
        Rgba = "RGBA",
        Cmyk = "CMYK",
        YCbCr = "YCbCr",
        Lab = "LAB",
        Hsv = "HSV",
        I = "I",
        F = "F",
    }
}

node! {
    /// Converts an image to another colour mode.
    #[node(
        kind = "img_conv", class = "ImageConvertInvocation", title = "Convert Image Mode",
        tags = ["image", "convert"], category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct ConvertImage -> ImageOutput {
        /// The image to convert
        pub image: ImageField,
        /// The mode to convert to
        #[field(default = "L")]
        pub mode: ColorMode,
    }
}

impl Node<Context> for ConvertImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mode = match self.mode {
            ColorMode::L => Mode::L,
            ColorMode::Rgb => Mode::Rgb,
            ColorMode::Rgba => Mode::Rgba,
            ColorMode::I => return Err(not_yet("images of 16-bit samples (`mode`)")),
            other => return Err(NodeError::new("OSError", format!("a PNG cannot hold the mode {other:?}"))),
        };
        context.save_image(context.load_image(&self.image)?.convert(mode))
    }
}
