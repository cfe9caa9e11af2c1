//! Samples cut to black and white.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::levels::{self, Thresholds};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{change_lightness, failed};
use crate::outputs::ImageOutput;

node! {
    /// Makes samples above a threshold white and below another one black.
    #[node(
        kind = "invokeai_img_val_thresholds", class = "InvokeImageValueThresholdsInvocation",
        title = "Image Value Thresholds", tags = ["image", "mask", "value", "threshold"], category = "image",
        version = "1.2.0", board = true, metadata = true
    )]
    pub struct ValueThresholds -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Whether to swap light and dark
        #[field(default = false)]
        pub invert_output: bool,
        /// Whether to stretch what lies between the thresholds
        #[field(default = false)]
        pub renormalize_values: bool,
        /// Whether to change only CIELAB's lightness
        #[field(default = false)]
        pub lightness_only: bool,
        /// From here on samples are white
        #[field(default = 0.5)]
        pub threshold_upper: f64,
        /// Below here samples are black
        #[field(default = 0.5)]
        pub threshold_lower: f64,
    }
}

impl Node<Context> for ValueThresholds {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let thresholds = Thresholds {
            low: self.threshold_lower as f32,
            high: self.threshold_upper as f32,
            renormalise: self.renormalize_values,
            invert: self.invert_output,
        };
        let cut = |pixels: &_| Ok(levels::cut(levels::on_grid(pixels, 8)?, thresholds));
        let changed = if self.lightness_only { change_lightness(image, cut) } else { cut(&image) };
        context.save_image(changed.map_err(failed)?)
    }
}
