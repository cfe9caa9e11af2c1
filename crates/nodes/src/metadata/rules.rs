//! What the metadata nodes share: the metadata they are given, and values read as Python reads them.

use invoke_domain::ModelRecord;
use invoke_graph::{FieldValue, Limits, NodeError, Vocabulary, check_value};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Context;
use crate::fields::{ImageField, ModelIdentifierField};

/// The metadata given to the node that runs.
pub(crate) fn given(context: &Context) -> Map<String, Value> {
    match &context.node().metadata {
        Some(Value::Object(metadata)) => metadata.clone(),
        _ => Map::new(),
    }
}

/// The metadata kept with a picture the run's owner may see.
pub(crate) fn of_image(context: &Context, image: &ImageField) -> Result<Option<Map<String, Value>>, NodeError> {
    Ok(match context.host().load_image(&image.image_name)?.metadata {
        Some(Value::Object(metadata)) => Some(metadata),
        _ => None,
    })
}

/// The value as one of that type, converted where the reference converts.
pub(crate) fn fitting<T: FieldValue + DeserializeOwned>(value: Value) -> Result<T, NodeError> {
    let mut vocabulary = Vocabulary::default();
    T::describe(&mut vocabulary);
    let checked = check_value(&value, &T::field_type(), &Limits::default(), &vocabulary, &[]).map_err(|problems| {
        NodeError::value(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    serde_json::from_value(checked).map_err(|error| NodeError::value(error.to_string()))
}

/// An installed model as edges carry it.
pub(crate) fn identifier_of(record: &ModelRecord) -> Result<ModelIdentifierField, NodeError> {
    fitting(json!({
        "key": record.key.as_str(), "hash": record.hash(), "name": record.name(), "base": record.base(),
        "type": record.kind(),
    }))
}

/// The value without anything that is `null`, at any depth.
pub(crate) fn set_only(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(fields) => {
            Some(Value::Object(fields.into_iter().filter_map(|(key, value)| Some((key, set_only(value)?))).collect()))
        }
        Value::Array(items) => Some(items.into_iter().filter_map(set_only).collect()),
        other => Some(other),
    }
}

/// Python's `str()`.
pub(crate) fn python_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => shown(other),
    }
}

/// Python's `repr()`.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) if number.is_f64() => shown_float(number.as_f64().unwrap_or(f64::NAN)),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", quoted(key), shown(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The fewest digits that mean this number; with an exponent below 1e-4 and from 1e16 on.
fn shown_float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if value != 0.0 && !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value:?}"),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            letter if letter == quote => shown.extend(['\\', quote]),
            letter if letter.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(letter))),
            letter => shown.push(letter),
        }
    }
    shown.push(quote);
    shown
}

/// Python's `int()`.
pub(crate) fn python_integer(value: &Value) -> Result<i64, NodeError> {
    let number = match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number.as_i64().or_else(|| {
            let whole = number.as_f64().map(f64::trunc).filter(|whole| whole.abs() < i64::MAX as f64);
            whole.map(|whole| whole as i64)
        }),
        Value::String(text) => digits(text).and_then(|text| text.parse().ok()),
        _ => None,
    };
    number.ok_or_else(|| NodeError::value(format!("no whole number: {}", shown(value))))
}

/// Python's `float()`.
pub(crate) fn python_float(value: &Value) -> Result<f64, NodeError> {
    let number = match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            digits(text).and_then(|text| text.parse().ok()).filter(|number: &f64| number.is_finite())
        }
        _ => None,
    };
    number.ok_or_else(|| NodeError::value(format!("no number: {}", shown(value))))
}

/// A number's text without the spaces around and the single underscores within that Python allows.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let broken = text.contains("__") || text.starts_with('_') || text.ends_with('_');
    (!broken).then(|| text.replace('_', ""))
}

/// Python's `bool()`.
pub(crate) fn python_truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
