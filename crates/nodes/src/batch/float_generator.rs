//! Many numbers for a batch.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, object, output};

use crate::batch::not_executable;

object! {
    /// The rule that makes numbers; only the page reads it.
    pub struct FloatGeneratorField {}
}

output! {
    /// What the rule gave
    #[output(kind = "float_generator_output")]
    pub struct FloatGeneratorOutput {
        /// The numbers
        pub floats: Vec<f64>,
    }
}

node! {
    /// The page makes numbers out of a rule and hands them to a batch; the node itself never runs.
    #[node(
        kind = "float_generator", class = "FloatGenerator", title = "Float Generator",
        tags = ["primitives", "float", "number", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct FloatGenerator -> FloatGeneratorOutput {
        /// The rule, known to the page
        #[field(title = "Generator Type", input = InputKind::Direct)]
        pub generator: FloatGeneratorField,
    }
}

impl<C: RunContext> Node<C> for FloatGenerator {
    fn run(self, _: &mut C) -> Result<FloatGeneratorOutput, NodeError> {
        Err(not_executable())
    }
}
