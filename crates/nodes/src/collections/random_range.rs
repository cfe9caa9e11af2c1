//! Random whole numbers.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::collections::numpy::Generator;
use crate::outputs::IntegerCollectionOutput;

/// The most items a list may have: a loop over more would never end.
const MAX_ITEMS: usize = 1_000_000;

node! {
    /// A list of random whole numbers; the same seed gives the same list
    #[node(
        kind = "random_range", class = "RandomRangeInvocation", title = "Random Range",
        tags = ["range", "integer", "random", "collection"], category = "batch", version = "1.0.1", use_cache = false
    )]
    pub struct RandomRange -> IntegerCollectionOutput {
        /// The least number that may come
        #[field(default = 0)]
        pub low: i64,
        /// All numbers are less than this
        #[field(default = 2147483647)]
        pub high: i64,
        /// How many numbers
        #[field(default = 1)]
        pub size: i64,
        /// Where the row of random numbers begins
        #[field(default = 0, ge = 0, le = 4294967295u32)]
        pub seed: i64,
    }
}

impl<C: RunContext> Node<C> for RandomRange {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        if self.low >= self.high {
            return Err(NodeError::value("low >= high"));
        }
        let size = match usize::try_from(self.size) {
            Ok(size @ ..=MAX_ITEMS) => size,
            Ok(size) => return Err(NodeError::value(format!("a range of {size} items, more than {MAX_ITEMS}"))),
            Err(_) => return Err(NodeError::value("negative dimensions are not allowed")),
        };
        let span = self.low.abs_diff(self.high) - 1;
        let mut generator = Generator::seeded(self.seed.rem_euclid(1 << 32) as u64);
        let collection = (0..size).map(|_| self.low.wrapping_add_unsigned(generator.up_to(span))).collect();
        Ok(IntegerCollectionOutput { collection })
    }
}
