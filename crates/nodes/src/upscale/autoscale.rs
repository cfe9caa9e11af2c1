//! A picture through an upscaler as often as it takes.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Filter, Mode, resize};

use crate::Context;
use crate::fields::{ImageField, ModelIdentifierField};
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;
use crate::upscale::{enlarged, upscaler};

/// Rounds at most.
const ROUNDS: usize = 5;

node! {
    /// Puts an image through an upscaler until it is as large as wanted.
    #[node(
        kind = "spandrel_image_to_image_autoscale", class = "SpandrelImageToImageAutoscaleInvocation",
        title = "Image-to-Image (Autoscale)", tags = ["upscale"], category = "upscale", version = "1.0.0", board = true,
        metadata = true
    )]
    pub struct SpandrelImageToImageAutoscale -> ImageOutput {
        /// The input image
        pub image: ImageField,
        /// Image-to-Image model
        #[field(title = "Image-to-Image Model", ui_model_type = ["spandrel_image_to_image"])]
        pub image_to_image_model: ModelIdentifierField,
        /// Sides of the tiles it is done in; 0 for all at once
        #[field(default = 512)]
        pub tile_size: i64,
        /// How many times as large the image shall be; nothing where the model does not enlarge it
        #[field(default = 4.0, gt = 0.0, le = 16.0)]
        pub scale: f64,
        /// Whether the sides of the result shall be multiples of 8
        #[field(default = false)]
        pub fit_to_multiple_of_8: bool,
    }
}

impl Node<Context> for SpandrelImageToImageAutoscale {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let original = context.load_image_as(&self.image, Mode::Rgb)?;
        let upscaler = upscaler(context, &self.image_to_image_model)?;
        let target = |side: u32| (f64::from(side) * self.scale) as i64;
        let (mut width, mut height) = (target(original.width()), target(original.height()));
        let mut image = original;
        for round in 1..=ROUNDS {
            context.progress(format!("Processing iteration {round}"));
            let told = |done: usize, all: usize| {
                let message = format!("Processing iteration {round}, tile {done}/{all}");
                context.progress_share(message, done as f64 / all as f64);
            };
            image = enlarged(context, &image, self.tile_size, &upscaler, told)?;
            let (made_width, made_height) = (i64::from(image.width()), i64::from(image.height()));
            if upscaler.scale() == 1 {
                (width, height) = (made_width, made_height);
            }
            if made_width >= width && made_height >= height {
                break;
            }
        }
        if self.fit_to_multiple_of_8 {
            (width, height) = (width / 8 * 8, height / 8 * 8);
        }
        let (width, height) = (dimension("width", width)?, dimension("height", height)?);
        context.save_image(resize(&image, width, height, Filter::Lanczos).map_err(failed)?)
    }
}
