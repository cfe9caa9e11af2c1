//! A picture in another size.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::{Filter, resize};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

choices! {
    /// How new pixels are computed from old ones.
    pub enum Resample {
        Nearest = "nearest",
        Box = "box",
        Bilinear = "bilinear",
        Hamming = "hamming",
        Bicubic = "bicubic",
        Lanczos = "lanczos",
    }
}

impl From<Resample> for Filter {
    fn from(resample: Resample) -> Self {
        match resample {
            Resample::Nearest => Self::Nearest,
            Resample::Box => Self::Box,
            Resample::Bilinear => Self::Bilinear,
            Resample::Hamming => Self::Hamming,
            Resample::Bicubic => Self::Bicubic,
            Resample::Lanczos => Self::Lanczos,
        }
    }
}

node! {
    /// Resizes an image to specific dimensions
    #[node(
        kind = "img_resize", class = "ImageResizeInvocation", title = "Resize Image", tags = ["image", "resize"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct ResizeImage -> ImageOutput {
        /// The image to resize
        pub image: ImageField,
        /// The width to resize to (px)
        #[field(default = 512, gt = 0)]
        pub width: i64,
        /// The height to resize to (px)
        #[field(default = 512, gt = 0)]
        pub height: i64,
        /// The resampling mode
        #[field(default = "bicubic")]
        pub resample_mode: Resample,
    }
}

impl Node<Context> for ResizeImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let (width, height) = (dimension("width", self.width)?, dimension("height", self.height)?);
        let image = context.load_image(&self.image)?;
        context.save_image(resize(&image, width, height, self.resample_mode.into()).map_err(failed)?)
    }
}
