//! Which fields a model record of each kind has, and how a record is made to have them.
//!
//! `kinds.json` says it for each kind (`type.format.base`, for CLIP encoders also the variant);
//! `xtask/fixtures/model_kinds.py` reads it off the reference.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

type Record = Map<String, Value>;

/// Read once; a table that is no JSON knows no kinds, and `the_table_is_read` fails.
static KINDS: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("kinds.json")).unwrap_or_default());

/// The range of a LoRA's slider when its record names none.
const WEIGHT_RANGE: (f64, f64) = (-1.0, 2.0);

/// Why a record is none of its kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Misfit {
    /// There is no such kind.
    #[error("no kind `{0}`")]
    NoSuchKind(String),
    /// A field has a value it can not have.
    #[error("`{field}`: {value}")]
    Value {
        /// Which field.
        field: String,
        /// What it can not be.
        value: String,
    },
    /// A field is missing that has no default.
    #[error("`{0}` is missing")]
    Missing(String),
    /// The address of the model's page is none.
    #[error("`source_url` is no web address")]
    SourceUrl,
}

/// The table itself: what all kinds have (`shared`), what each has (`kinds`), what the reference calls them (`classes`), the
/// objects in them (`groups`) and the words (`enums`).
pub fn table() -> &'static Value {
    &KINDS
}

/// The record with the fields of its kind, in their order, the missing ones filled, others left out.
///
/// # Errors
/// When something in it does not fit its kind.
pub fn fit(record: &Record) -> Result<Record, Misfit> {
    let kind = tag(record);
    let own = KINDS["kinds"].get(&kind).ok_or(Misfit::NoSuchKind(kind))?;
    let mut fitted = Record::new();
    for fields in [&KINDS["shared"], own] {
        fill(fields, record, &mut fitted)?;
    }
    Ok(fitted)
}

/// Whether records of this kind have such a field.
pub fn has_field(record: &Record, field: &str) -> bool {
    KINDS["shared"].get(field).is_some() || KINDS["kinds"].get(tag(record)).is_some_and(|own| own.get(field).is_some())
}

fn fill(fields: &Value, from: &Record, into: &mut Record) -> Result<(), Misfit> {
    for (name, field) in fields.as_object().into_iter().flatten() {
        let kept = match (from.get(name), field.get("default")) {
            (Some(given), _) => fitted_value(field, given)
                .ok_or_else(|| Misfit::Value { field: name.clone(), value: given.to_string() })?,
            (None, Some(default)) => default.clone(),
            (None, None) => return Err(Misfit::Missing(name.clone())),
        };
        into.insert(name.clone(), kept);
    }
    let url = into.get("source_url").and_then(Value::as_str);
    if url.is_some_and(|url| !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err(Misfit::SourceUrl);
    }
    if url == Some("") {
        into.insert("source_url".to_owned(), Value::Null);
    }
    Ok(())
}

/// The value as a field of this description holds it, `None` when it cannot.
fn fitted_value(field: &Value, value: &Value) -> Option<Value> {
    if value.is_null() {
        return (field.get("nullable") == Some(&true.into())).then_some(Value::Null);
    }
    if let Some(choices) = field.get("one_of") {
        return choices.as_array()?.contains(value).then(|| value.clone());
    }
    if let Some(name) = field.get("group") {
        return fitted_group(name.as_str()?, value);
    }
    if let Some(name) = field.get("map_of") {
        let keys = field["keys"].as_array()?;
        let entries = value.as_object()?.iter().map(|(key, value)| {
            let known = keys.iter().any(|known| known == key);
            known.then_some(())?;
            Some((key.clone(), fitted_group(name.as_str()?, value)?))
        });
        return entries.collect::<Option<Map<_, _>>>().map(Value::Object);
    }
    let fitted = plain(field["is"].as_str()?, value)?;
    within(field, &fitted).then_some(fitted)
}

fn fitted_group(name: &str, value: &Value) -> Option<Value> {
    let group = &KINDS["groups"][name];
    let given = value.as_object()?;
    let fields = group["fields"].as_object()?;
    if group["closed"] == true && given.keys().any(|key| !fields.contains_key(key)) {
        return None;
    }
    let mut fitted = Record::new();
    fill(&group["fields"], given, &mut fitted).ok()?;
    (name != "LoraModelDefaultSettings" || weight_fits(&fitted)).then_some(Value::Object(fitted))
}

fn plain(kind: &str, value: &Value) -> Option<Value> {
    match kind {
        "text" => value.is_string().then(|| value.clone()),
        "flag" => match value {
            Value::Bool(_) => Some(value.clone()),
            Value::Number(number) if number.as_f64() == Some(0.0) => Some(false.into()),
            Value::Number(number) if number.as_f64() == Some(1.0) => Some(true.into()),
            _ => None,
        },
        "number" => value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).map(Value::from),
        "integer" => value
            .as_i64()
            .or_else(|| whole(value.as_f64()?))
            .or_else(|| value.as_str()?.trim().parse().ok())
            .map(Value::from),
        "texts" => {
            let mut kept: Vec<&Value> = Vec::new();
            for entry in value.as_array()? {
                entry.as_str()?;
                if !kept.contains(&entry) {
                    kept.push(entry);
                }
            }
            Some(json!(kept))
        }
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only numbers that lose nothing by it")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

fn within(field: &Value, value: &Value) -> bool {
    let Some(number) = value.as_f64() else { return true };
    let limit = |name: &str| field.get(name).and_then(Value::as_f64);
    limit("at_least").is_none_or(|least| number >= least)
        && limit("more_than").is_none_or(|bound| number > bound)
        && limit("less_than").is_none_or(|bound| number < bound)
        && limit("multiple_of").is_none_or(|step| number % step == 0.0)
}

fn weight_fits(settings: &Record) -> bool {
    let number = |field: &str| settings.get(field).and_then(Value::as_f64);
    let least = number("weight_min").unwrap_or(WEIGHT_RANGE.0);
    let most = number("weight_max").unwrap_or(WEIGHT_RANGE.1);
    least < most && number("weight").is_none_or(|weight| (least..=most).contains(&weight))
}

/// The kind a record says it is of.
pub(crate) fn tag(record: &Record) -> String {
    let mut parts: Vec<&str> = ["type", "format", "base"].map(|field| text(record, field)).to_vec();
    if parts == ["clip_embed", "diffusers", "any"] {
        parts.push(text(record, "variant"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(".")
}

/// The text in a field, empty when there is none.
fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(KINDS["kinds"].as_object().is_some_and(|kinds| kinds.len() > 100));
        let record = json!({ "type": "main", "format": "diffusers", "base": "sd-1" });
        let record = record.as_object().unwrap();
        assert!(has_field(record, "name") && has_field(record, "variant") && !has_field(record, "cpu_only"));
        assert_eq!(fit(record), Err(Misfit::Missing("key".into())));
    }
}
