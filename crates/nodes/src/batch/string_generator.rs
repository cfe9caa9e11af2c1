//! Many texts for a batch.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, object, output};

use crate::batch::not_executable;

object! {
    /// The rule that makes texts; only the page reads it.
    pub struct StringGeneratorField {}
}

output! {
    /// What the rule gave
    #[output(kind = "string_generator_output")]
    pub struct StringGeneratorOutput {
        /// The texts
        pub strings: Vec<String>,
    }
}

node! {
    /// The page makes texts out of a rule and hands them to a batch; the node itself never runs.
    #[node(
        kind = "string_generator", class = "StringGenerator", title = "String Generator",
        tags = ["primitives", "string", "number", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct StringGenerator -> StringGeneratorOutput {
        /// The rule, known to the page
        #[field(title = "Generator Type", input = InputKind::Direct)]
        pub generator: StringGeneratorField,
    }
}

impl<C: RunContext> Node<C> for StringGenerator {
    fn run(self, _: &mut C) -> Result<StringGeneratorOutput, NodeError> {
        Err(not_executable())
    }
}
