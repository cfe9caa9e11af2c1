//! Problems that are about the request itself, before any of its fields.

use invoke_graph::Problem;
use serde_json::{Value, json};

/// A required field that is absent; `input` is the object that lacks it. The place is added by whoever reports it.
pub(crate) fn missing(input: Value) -> Problem {
    Problem::missing(&[], &input)
}

/// A body that is not JSON. The words for the common mistakes are those of the reference's JSON reader.
pub(crate) fn malformed_json(error: &serde_json::Error, text: &[u8]) -> Problem {
    let said = error.to_string();
    let reason = match said.as_str() {
        s if s.starts_with("EOF while parsing a string") => "Unterminated string starting at",
        s if s.starts_with("EOF while parsing a value") || s.starts_with("expected value") => "Expecting value",
        s if s.starts_with("key must be a string") || s.starts_with("trailing comma") => {
            "Expecting property name enclosed in double quotes"
        }
        s if s.starts_with("expected `:`") => "Expecting ':' delimiter",
        s if s.starts_with("expected `,`") || s.starts_with("EOF while parsing") => "Expecting ',' delimiter",
        s if s.starts_with("trailing characters") => "Extra data",
        _ => "Invalid JSON",
    };
    let line_start: usize =
        text.split_inclusive(|&b| b == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    // At the end of input the column already points behind the last byte.
    let column = if error.is_eof() { error.column() } else { error.column().saturating_sub(1) };
    let loc = [Value::from("body"), Value::from(line_start + column)];
    Problem::new("json_invalid", &loc, "JSON decode error", &json!({})).with(json!({ "error": reason }))
}
