//! Rounding to decimal places.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::math::round;
use crate::outputs::FloatOutput;

node! {
    /// Rounds a float to a specified number of decimal places.
    #[node(
        kind = "round_float", class = "RoundInvocation", title = "Round Float", tags = ["math", "round"],
        category = "math", version = "1.0.1"
    )]
    pub struct RoundFloat -> FloatOutput {
        /// The float value
        #[field(default = 0)]
        pub value: f64,
        /// The number of decimal places
        #[field(default = 0)]
        pub decimals: i64,
    }
}

impl<C: RunContext> Node<C> for RoundFloat {
    fn run(self, _: &mut C) -> Result<FloatOutput, NodeError> {
        Ok(FloatOutput { value: round(self.value, self.decimals) })
    }
}
