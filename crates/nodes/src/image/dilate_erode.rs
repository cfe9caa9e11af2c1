//! Bright areas grown or shrunk.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::Pixels;
use invoke_imaging::morphology::{self, Shape};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{change_lightness, failed, side};
use crate::outputs::ImageOutput;

choices! {
    /// Growing or shrinking.
    pub enum Growth {
        Dilate = "Dilate",
        Erode = "Erode",
    }
}

node! {
    /// Grows or shrinks the bright areas of an image.
    #[node(
        kind = "invokeai_img_dilate_erode", class = "InvokeImageDilateOrErodeInvocation",
        title = "Image Dilate or Erode", tags = ["image", "mask", "dilate", "erode", "expand", "contract", "mask"],
        category = "image", version = "1.3.0", metadata = true
    )]
    pub struct DilateOrErode -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Whether to change only CIELAB's lightness
        #[field(default = false)]
        pub lightness_only: bool,
        /// How far to the sides
        #[field(default = 4, ge = 0)]
        pub radius_w: i64,
        /// How far up and down
        #[field(default = 4, ge = 0)]
        pub radius_h: i64,
        /// Whether to grow or to shrink
        #[field(default = "Dilate")]
        pub mode: Growth,
    }
}

impl Node<Context> for DilateOrErode {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let (width, height) = (side("radius_w", self.radius_w)?, side("radius_h", self.radius_h)?);
        let shape = Shape::ellipse(width as usize * 2 + 1, height as usize * 2 + 1);
        let change = |pixels: &Pixels| match self.mode {
            Growth::Dilate => morphology::dilate(pixels, &shape),
            Growth::Erode => morphology::erode(pixels, &shape),
        };
        let changed = if self.lightness_only { change_lightness(image, change) } else { change(&image) };
        context.save_image(changed.map_err(failed)?)
    }
}
