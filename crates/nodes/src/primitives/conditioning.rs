//! A prompt as numbers.

use invoke_graph::{InputKind, Node, NodeError, RunContext, node};

use crate::fields::ConditioningField;
use crate::outputs::ConditioningOutput;

node! {
    /// Hands a conditioning on
    #[node(
        kind = "conditioning", class = "ConditioningInvocation", title = "Conditioning Primitive",
        tags = ["primitives", "conditioning"], category = "primitives", version = "1.0.1"
    )]
    pub struct Conditioning -> ConditioningOutput {
        /// The conditioning
        #[field(input = InputKind::Connection)]
        pub conditioning: ConditioningField,
    }
}

impl<C: RunContext> Node<C> for Conditioning {
    fn run(self, _: &mut C) -> Result<ConditioningOutput, NodeError> {
        Ok(ConditioningOutput { conditioning: self.conditioning })
    }
}
