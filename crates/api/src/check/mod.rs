//! Checks requests against the schema that the OpenAPI document publishes for them, and words every problem as clients
//! of the reference expect (its answers carry the texts of its validation library). One description of a type, its
//! `serde` and `utoipa` derives, therefore decides what is documented, what is accepted and what a refusal says.

mod problem;
mod shape;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use problem::{malformed_json, missing};

use invoke_graph::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};
use walk::Walk;

/// Reads a request body. `source` is what arrived: `None` when there was no body.
pub(crate) fn body<T: DeserializeOwned + ToSchema + 'static>(source: Option<Value>) -> Result<T, Vec<Problem>> {
    let shape = shape::of_body::<T>();
    let mut walk = Walk::at("body");
    let value = match source {
        Some(value) => walk.check(&shape, value),
        // A body of several named parts misses each of them; a single model is missing as a whole.
        None if shape.is_embedding() => walk.check(&shape, Value::Null),
        None => {
            walk.report(missing(Value::Null));
            None
        }
    };
    decode(walk, value)
}

/// Reads query parameters; the last of repeated ones counts, unless a list is asked for.
pub(crate) fn query<T: DeserializeOwned + IntoParams + 'static>(text: &str) -> Result<T, Vec<Problem>> {
    let shape = shape::of_parameters::<T>(ParameterIn::Query);
    let mut given = Map::new();
    for (name, value) in form_pairs(text) {
        if shape.repeats(&name) {
            if let Value::Array(list) = given.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                list.push(Value::String(value));
            }
        } else {
            given.insert(name, Value::String(value));
        }
    }
    let mut walk = Walk::at("query");
    let value = walk.check(&shape, Value::Object(given));
    decode(walk, value)
}

/// Reads the variable parts of a path.
pub(crate) fn path<'a, T: DeserializeOwned + IntoParams + 'static>(
    parts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<T, Vec<Problem>> {
    let shape = shape::of_parameters::<T>(ParameterIn::Path);
    let given = parts.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
    let mut walk = Walk::at("path");
    let value = walk.check(&shape, Value::Object(given));
    decode(walk, value)
}

fn decode<T: DeserializeOwned>(walk: Walk, value: Option<Value>) -> Result<T, Vec<Problem>> {
    let (root, problems) = walk.finish();
    let Some(value) = value.filter(|_| problems.is_empty()) else { return Err(problems) };
    serde_json::from_value(value).map_err(|error| vec![Problem::rule(&[root], error, &Value::Null)])
}

/// The pairs of an `application/x-www-form-urlencoded` text. Bytes that are not UTF-8 become replacement characters.
fn form_pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(name), unescape(value))
    })
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code =
            text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], code) {
            (_, Some(code)) => {
                out.push(code);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (byte, None) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
