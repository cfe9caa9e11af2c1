//! What the ranges share.

use invoke_graph::NodeError;

use crate::outputs::IntegerCollectionOutput;

/// The most items a range may have: a loop over more would never end.
const MAX_ITEMS: u64 = 1_000_000;

/// Python's `range`: from `start`, by `step`, before `stop`.
pub(crate) fn range(start: i64, stop: i64, step: i64) -> Result<IntegerCollectionOutput, NodeError> {
    if step == 0 {
        return Err(NodeError::value("range() arg 3 must not be zero"));
    }
    let ahead = if step > 0 { start < stop } else { start > stop };
    let count = if ahead { stop.abs_diff(start).div_ceil(step.unsigned_abs()) } else { 0 };
    if count > MAX_ITEMS {
        return Err(NodeError::value(format!("a range of {count} items, more than {MAX_ITEMS}")));
    }
    // Every item lies between start and stop; only what would come after the last might not fit.
    let items = std::iter::successors(Some(start), |item| item.checked_add(step));
    Ok(IntegerCollectionOutput { collection: items.take(count as usize).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_before_their_stop() {
        let items = |start, stop, step| range(start, stop, step).unwrap().collection;
        assert_eq!(items(0, 10, 3), [0, 3, 6, 9]);
        assert_eq!(items(5, 0, -2), [5, 3, 1]);
        assert_eq!(items(0, -3, 1), [] as [i64; 0]);
        assert_eq!(items(i64::MIN, i64::MAX, i64::MAX), [i64::MIN, -1, i64::MAX - 1]);
        assert!(range(0, 1, 0).is_err());
        assert!(range(i64::MIN, i64::MAX, 1).is_err());
    }
}
