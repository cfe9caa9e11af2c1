//! What is wrong with a request, in the shape of the reference's 422 answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One entry of a 422 answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem: `int_parsing`, `value_error`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where: keys and indices from the outside in.
    pub loc: Vec<Value>,
    /// One sentence.
    pub msg: String,
    /// What was found there.
    pub input: Value,
    /// The values the sentence names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctx: Option<Value>,
}

impl Problem {
    /// A problem at `loc`.
    pub fn new(kind: &str, loc: &[Value], msg: impl Into<String>, input: &Value) -> Self {
        Self { kind: kind.to_owned(), loc: loc.to_vec(), msg: msg.into(), input: input.clone(), ctx: None }
    }

    /// With the values its sentence names.
    #[must_use]
    pub fn with(mut self, ctx: Value) -> Self {
        self.ctx = Some(ctx);
        self
    }

    /// The same problem, seen from outside: its place begins with `outer`.
    #[must_use]
    pub fn under(mut self, outer: &[Value]) -> Self {
        self.loc.splice(0..0, outer.iter().cloned());
        self
    }

    /// A rule of ours was broken: `value_error`.
    pub fn rule(loc: &[Value], sentence: impl std::fmt::Display, input: &Value) -> Self {
        Self::new("value_error", loc, format!("Value error, {sentence}"), input).with(json!({ "error": {} }))
    }

    /// A required key is missing from the object `input`.
    pub fn missing(loc: &[Value], input: &Value) -> Self {
        Self::new("missing", loc, "Field required", input)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, part) in self.loc.iter().enumerate() {
            match part {
                Value::String(key) if index == 0 => write!(f, "{key}")?,
                Value::String(key) => write!(f, ".{key}")?,
                other => write!(f, "[{other}]")?,
            }
        }
        write!(f, ": {}", self.msg)
    }
}
