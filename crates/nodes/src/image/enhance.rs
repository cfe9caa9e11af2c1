//! Colour, contrast, brightness and sharpness.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{ImagingError, Mode, Pixels, channels, enhance};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Changes the colour, contrast, brightness and sharpness of an image.
    #[node(
        kind = "invokeai_img_enhance", class = "InvokeImageEnhanceInvocation", title = "Enhance Image",
        tags = ["enhance", "image"], category = "image", version = "1.2.1", board = true, metadata = true
    )]
    pub struct EnhanceImage -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Whether to invert it first
        #[field(default = false)]
        pub invert: bool,
        /// Factor for colour
        #[field(default = 1.0, ge = 0)]
        pub color: f64,
        /// Factor for contrast
        #[field(default = 1.0, ge = 0)]
        pub contrast: f64,
        /// Factor for brightness
        #[field(default = 1.0, ge = 0)]
        pub brightness: f64,
        /// Factor for sharpness
        #[field(default = 1.0, ge = 0)]
        pub sharpness: f64,
    }
}

impl Node<Context> for EnhanceImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mut image = context.load_image(&self.image)?;
        if self.invert {
            image = channels::invert(if image.mode() == Mode::Rgba { image.convert(Mode::Rgb) } else { image });
        }
        type Step = fn(&Pixels, f32) -> Result<Pixels, ImagingError>;
        let steps: [(f64, Step); 4] = [
            (self.color, enhance::colour),
            (self.contrast, enhance::contrast),
            (self.brightness, enhance::brightness),
            (self.sharpness, enhance::sharpness),
        ];
        for (factor, step) in steps {
            if factor != 1.0 {
                image = step(&image, factor as f32).map_err(failed)?;
            }
        }
        context.save_image(image)
    }
}
