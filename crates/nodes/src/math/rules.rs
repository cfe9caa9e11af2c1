//! What the arithmetic nodes share: Python's results, within 64 bits.

use invoke_graph::NodeError;

use crate::outputs::IntegerOutput;

/// differs: a result beyond 64 bits is an error, where Python's numbers grow without limit.
pub(crate) fn integer(value: Option<i64>) -> Result<IntegerOutput, NodeError> {
    match value {
        Some(value) => Ok(IntegerOutput { value }),
        None => Err(NodeError::new("OverflowError", "the result has more than 64 bits")),
    }
}

/// The quotient without its fraction. Beyond 2^53 the reference loses digits, since it divides as floating point; we do not.
pub(crate) fn divided(a: i64, b: i64) -> Result<IntegerOutput, NodeError> {
    if b == 0 {
        return Err(NodeError::new("ZeroDivisionError", "division by zero"));
    }
    integer(a.checked_div(b))
}

/// To the nearest, a tie to the even digit; negative `decimals` round to tens, hundreds, … The number's exact decimal
/// digits decide what a tie is, so that 2.675 (which is a little less) becomes 2.67.
pub(crate) fn round(value: f64, decimals: i64) -> f64 {
    if !value.is_finite() || decimals > 323 {
        return value;
    }
    match usize::try_from(decimals) {
        Ok(decimals) => format!("{value:.decimals$}").parse().unwrap_or(value),
        Err(_) if decimals < -308 => 0.0 * value,
        Err(_) => {
            let scale = 10f64.powi(-decimals as i32);
            (value / scale).round_ties_even() * scale
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_as_in_python() {
        for (value, decimals, expected) in [
            (2.5, 0, 2.0),
            (3.5, 0, 4.0),
            (2.675, 2, 2.67),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (-1.5, 0, -2.0),
            (1250.0, -2, 1200.0),
            (1e300, 2, 1e300),
        ] {
            assert_eq!(round(value, decimals), expected, "round({value}, {decimals})");
        }
    }
}
