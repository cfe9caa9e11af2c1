//! A random number.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::math::round;
use crate::outputs::FloatOutput;

node! {
    /// Outputs a single random float
    #[node(
        kind = "rand_float", class = "RandomFloatInvocation", title = "Random Float",
        tags = ["math", "float", "random"], category = "math", version = "1.0.1", use_cache = false
    )]
    pub struct RandomFloat -> FloatOutput {
        /// The inclusive low value
        #[field(default = 0.0)]
        pub low: f64,
        /// The exclusive high value
        #[field(default = 1.0)]
        pub high: f64,
        /// The number of decimal places to round to
        #[field(default = 2)]
        pub decimals: i64,
    }
}

impl Node<Context> for RandomFloat {
    fn run(self, context: &mut Context) -> Result<FloatOutput, NodeError> {
        // As many bits as a float has digits, so that 1 is never reached.
        let unit = (context.random_u128() >> (128 - 53)) as f64 / 2f64.powi(53);
        Ok(FloatOutput { value: round(self.low + (self.high - self.low) * unit, self.decimals) })
    }
}
