//! Rounding to a multiple of a whole number.

use invoke_graph::{Node, NodeError, RunContext, choices, node};

use crate::math::integer;
use crate::outputs::IntegerOutput;

choices! {
    /// Which way to round.
    pub enum RoundingMethod {
        Nearest = "Nearest",
        Floor = "Floor",
        Ceiling = "Ceiling",
        Truncate = "Truncate",
    }
}

node! {
    /// Rounds a float number to (a multiple of) an integer.
    #[node(
        kind = "float_to_int", class = "FloatToIntegerInvocation", title = "Float To Integer",
        tags = ["math", "round", "integer", "float", "convert"], category = "math", version = "1.0.1"
    )]
    pub struct FloatToInteger -> IntegerOutput {
        /// The value to round
        #[field(default = 0)]
        pub value: f64,
        /// The multiple to round to
        #[field(default = 1, ge = 1, title = "Multiple of")]
        pub multiple: i64,
        /// The method to use for rounding
        #[field(default = "Nearest")]
        pub method: RoundingMethod,
    }
}

impl<C: RunContext> Node<C> for FloatToInteger {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        let count = self.value / self.multiple as f64;
        let count = match self.method {
            RoundingMethod::Nearest => count.round_ties_even(),
            RoundingMethod::Floor => count.floor(),
            RoundingMethod::Ceiling => count.ceil(),
            RoundingMethod::Truncate => count.trunc(),
        };
        // 2^63 itself is a float, the largest i64 is not.
        let fits = (-(2f64.powi(63))..2f64.powi(63)).contains(&count);
        integer(fits.then_some(count as i64).and_then(|count| count.checked_mul(self.multiple)))
    }
}
