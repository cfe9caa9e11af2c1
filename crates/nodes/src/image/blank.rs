//! A picture of one colour.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::{Mode, Pixels};
use serde_json::json;

use crate::Context;
use crate::fields::ColorField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

choices! {
    /// Whether the picture has an alpha channel.
    pub enum BlankMode {
        Rgb = "RGB",
        Rgba = "RGBA",
    }
}

node! {
    /// Creates a blank image and forwards it to the pipeline
    #[node(
        kind = "blank_image", class = "BlankImageInvocation", title = "Blank Image", tags = ["image"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct BlankImage -> ImageOutput {
        /// The width of the image
        #[field(default = 512)]
        pub width: i64,
        /// The height of the image
        #[field(default = 512)]
        pub height: i64,
        /// The mode of the image
        #[field(default = "RGB")]
        pub mode: BlankMode,
        /// The color of the image
        #[field(default = json!({"a": 255, "b": 0, "g": 0, "r": 0}))]
        pub color: ColorField,
    }
}

impl Node<Context> for BlankImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let (width, height) = (dimension("width", self.width)?, dimension("height", self.height)?);
        let (mode, channels) = match self.mode {
            BlankMode::Rgb => (Mode::Rgb, 3),
            BlankMode::Rgba => (Mode::Rgba, 4),
        };
        let color = self.color.samples();
        let data = color[..channels].repeat(width as usize * height as usize);
        context.save_image(Pixels::new(mode, width, height, data).map_err(failed)?)
    }
}
