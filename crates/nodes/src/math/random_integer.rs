//! A random whole number.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::outputs::IntegerOutput;

node! {
    /// Outputs a single random integer.
    #[node(
        kind = "rand_int", class = "RandomIntInvocation", title = "Random Integer", tags = ["math", "random"],
        category = "math", version = "1.0.1", use_cache = false
    )]
    pub struct RandomInteger -> IntegerOutput {
        /// The inclusive low value
        #[field(default = 0)]
        pub low: i64,
        /// The exclusive high value
        #[field(default = 2147483647)]
        pub high: i64,
    }
}

impl Node<Context> for RandomInteger {
    fn run(self, context: &mut Context) -> Result<IntegerOutput, NodeError> {
        if self.low >= self.high {
            return Err(NodeError::value("low >= high"));
        }
        // The span fits 64 bits unsigned; 128 random bits make the bias of the remainder immeasurable.
        let span = u128::from(self.high.abs_diff(self.low));
        let offset = (context.random_u128() % span) as u64;
        Ok(IntegerOutput { value: self.low.wrapping_add_unsigned(offset) })
    }
}
