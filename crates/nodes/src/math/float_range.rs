//! Numbers at equal distances.

use invoke_graph::{Node, NodeError, RunContext, node};

use crate::outputs::FloatCollectionOutput;

/// The most items a range may have: a loop over more would never end.
const MAX_ITEMS: usize = 1_000_000;

node! {
    /// So many numbers at equal distances, both ends among them
    #[node(
        kind = "float_range", class = "FloatLinearRangeInvocation", title = "Float Range", tags = ["math", "range"],
        category = "math", version = "1.0.1"
    )]
    pub struct FloatRange -> FloatCollectionOutput {
        /// The first number
        #[field(default = 5)]
        pub start: f64,
        /// The last number
        #[field(default = 10)]
        pub stop: f64,
        /// How many numbers
        #[field(default = 30)]
        pub steps: i64,
    }
}

impl<C: RunContext> Node<C> for FloatRange {
    fn run(self, _: &mut C) -> Result<FloatCollectionOutput, NodeError> {
        let count = usize::try_from(self.steps)
            .map_err(|_| NodeError::value(format!("Number of samples, {}, must be non-negative.", self.steps)))?;
        if count > MAX_ITEMS {
            return Err(NodeError::value(format!("a range of {count} items, more than {MAX_ITEMS}")));
        }
        Ok(FloatCollectionOutput { collection: spaced(self.start, self.stop, count) })
    }
}

/// As numpy's `linspace` computes them, so that the last bits agree: a multiple of the step added to the start, the last
/// number exactly the end.
fn spaced(start: f64, stop: f64, count: usize) -> Vec<f64> {
    let gaps = count.saturating_sub(1);
    let distance = stop - start;
    let step = distance / gaps as f64;
    let at = |index: usize| match index {
        _ if index == gaps && gaps > 0 => stop,
        // A step too small for floating point: the fraction is taken first.
        _ if step == 0.0 => index as f64 / gaps as f64 * distance + start,
        _ if gaps > 0 => index as f64 * step + start,
        _ => start,
    };
    (0..count).map(at).collect()
}
