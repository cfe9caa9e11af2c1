//! Lightness as it is seen.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::layers;

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Takes the lightness of an image, with colourful light seen as brighter.
    #[node(
        kind = "invokeai_ealightness", class = "InvokeEquivalentAchromaticLightnessInvocation",
        title = "Equivalent Achromatic Lightness", tags = ["image", "channel", "mask", "cielab", "lab"],
        category = "image", version = "1.2.0", board = true, metadata = true
    )]
    pub struct EquivalentLightness -> ImageOutput {
        /// The image to look at
        pub image: ImageField,
    }
}

impl Node<Context> for EquivalentLightness {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        context.save_image(layers::equivalent_lightness(&image).map_err(failed)?)
    }
}
