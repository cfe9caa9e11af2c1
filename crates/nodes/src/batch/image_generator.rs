//! Many images for a batch.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, object, output};

use crate::batch::not_executable;
use crate::fields::ImageField;

object! {
    /// The rule that makes images; only the page reads it.
    pub struct ImageGeneratorField {}
}

output! {
    /// What the rule gave
    #[output(kind = "image_generator_output")]
    pub struct ImageGeneratorOutput {
        /// The images
        pub images: Vec<ImageField>,
    }
}

node! {
    /// The page makes images out of a rule and hands them to a batch; the node itself never runs.
    #[node(
        kind = "image_generator", class = "ImageGenerator", title = "Image Generator",
        tags = ["primitives", "board", "image", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct ImageGenerator -> ImageGeneratorOutput {
        /// The rule, known to the page
        #[field(title = "Generator Type", input = InputKind::Direct)]
        pub generator: ImageGeneratorField,
    }
}

impl<C: RunContext> Node<C> for ImageGenerator {
    fn run(self, _: &mut C) -> Result<ImageGeneratorOutput, NodeError> {
        Err(not_executable())
    }
}
