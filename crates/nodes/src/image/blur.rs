//! A picture blurred.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::{Mode, blur};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

choices! {
    /// A kind of blur.
    pub enum BlurType {
        Gaussian = "gaussian",
        Box = "box",
    }
}

node! {
    /// Blurs an image.
    #[node(
        kind = "img_blur", class = "ImageBlurInvocation", title = "Blur Image", tags = ["image", "blur"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct BlurImage -> ImageOutput {
        /// The image to blur
        pub image: ImageField,
        /// Radius of the blur
        #[field(default = 8.0, ge = 0)]
        pub radius: f64,
        /// Kind of blur
        #[field(default = "gaussian")]
        pub blur_type: BlurType,
    }
}

impl Node<Context> for BlurImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let mut image = context.load_image_as(&self.image, Mode::Rgba)?;
        for pixel in image.data_mut().chunks_exact_mut(4) {
            let alpha = u32::from(pixel[3]);
            for sample in &mut pixel[..3] {
                *sample = (u32::from(*sample) * alpha / 255) as u8;
            }
        }
        let radius = self.radius as f32;
        let mut blurred = match self.blur_type {
            BlurType::Gaussian => blur::gaussian(&image, radius),
            BlurType::Box => blur::boxed(&image, radius),
        };
        for pixel in blurred.data_mut().chunks_exact_mut(4) {
            let alpha = f32::from(pixel[3]) / 255.0 + 1e-6;
            for sample in &mut pixel[..3] {
                *sample = (f32::from(*sample) / alpha).clamp(0.0, 255.0) as u8;
            }
        }
        context.save_image(blurred)
    }
}
