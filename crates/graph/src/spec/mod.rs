//! Specifications: what a node, an output or a named type looks like, as data. They are built by the macros with the
//! builder methods of these types (`#[field(ge = 0)]` becomes `.ge(0)`), kept in the [`Catalogue`](crate::Catalogue), and
//! say enough to check a graph and to write the reference's OpenAPI schema.

mod input;
mod limits;
mod node;
mod output;
mod rules;
mod types;

pub use input::{Hints, InputKind, InputSpec};
pub use limits::Limits;
pub use node::{Classification, NodeSpec};
pub use output::{OutputField, OutputSpec};
pub use rules::{Rule, Test};
pub use types::{ObjectField, TypeSpec};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The named types and outputs that nodes refer to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Objects and enumerations, by name.
    pub types: BTreeMap<String, TypeSpec>,
    /// Outputs, by class.
    pub outputs: BTreeMap<String, OutputSpec>,
}

/// A key that is there is a value, also when it is `null`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    items.into_iter().map(str::to_owned).collect()
}
