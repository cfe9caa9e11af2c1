//! A control map in another size.

use invoke_graph::{Classification, Node, NodeError, node};
use invoke_imaging::{Mode, control_map};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Resizes a control map; thin edges stay thin, and the colours of a map of labels are not mixed.
    #[node(
        kind = "heuristic_resize", class = "HeuristicResizeInvocation", title = "Heuristic Resize",
        tags = ["image, controlnet"], category = "controlnet_preprocessors", version = "1.1.1",
        classification = Classification::Prototype
    )]
    pub struct HeuristicResize -> ImageOutput {
        /// The image to resize
        pub image: ImageField,
        /// The width in pixels
        #[field(default = 512, ge = 1)]
        pub width: i64,
        /// The height in pixels
        #[field(default = 512, ge = 1)]
        pub height: i64,
    }
}

impl Node<Context> for HeuristicResize {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let (width, height) = (dimension("width", self.width)?, dimension("height", self.height)?);
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        context.save_image(control_map::resize_map(&image, width, height).map_err(failed)?)
    }
}
