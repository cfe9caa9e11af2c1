//! Many whole numbers for a batch.

use invoke_graph::{Classification, InputKind, Node, NodeError, RunContext, node, object, output};

use crate::batch::not_executable;

object! {
    /// The rule that makes whole numbers; only the page reads it.
    pub struct IntegerGeneratorField {}
}

output! {
    /// What the rule gave
    #[output(kind = "integer_generator_output")]
    pub struct IntegerGeneratorOutput {
        /// The whole numbers
        pub integers: Vec<i64>,
    }
}

node! {
    /// The page makes whole numbers out of a rule and hands them to a batch; the node itself never runs.
    #[node(
        kind = "integer_generator", class = "IntegerGenerator", title = "Integer Generator",
        tags = ["primitives", "int", "number", "batch", "special"], category = "batch", version = "1.0.0",
        classification = Classification::Special
    )]
    pub struct IntegerGenerator -> IntegerGeneratorOutput {
        /// The rule, known to the page
        #[field(title = "Generator Type", input = InputKind::Direct)]
        pub generator: IntegerGeneratorField,
    }
}

impl<C: RunContext> Node<C> for IntegerGenerator {
    fn run(self, _: &mut C) -> Result<IntegerGeneratorOutput, NodeError> {
        Err(not_executable())
    }
}
