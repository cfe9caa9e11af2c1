//! Model records in the document: one schema per kind, as the table of kinds has them.

use super::reference;
use invoke_storage::models::kinds;
use serde_json::{Map, Value, json};

/// Adds the kinds, their parts, and the record that is any of them.
pub(super) fn add(schemas: &mut Map<String, Value>) {
    let table = kinds::table();
    let entries = |name: &str| table[name].as_object().into_iter().flatten();
    for (name, words) in entries("enums") {
        schemas.insert(name.clone(), json!({ "type": "string", "enum": words, "title": name }));
    }
    for (name, group) in entries("groups") {
        let fields: Vec<_> = group["fields"].as_object().into_iter().flatten().collect();
        let required = fields.iter().filter(|(_, field)| field.get("default").is_none()).map(|(name, _)| name.as_str());
        let mut schema = object(name, &fields, required.collect());
        if group["closed"] == true {
            schema["additionalProperties"] = false.into();
        }
        schemas.insert(name.clone(), schema);
    }
    let mut options = Vec::new();
    for (tag, class) in entries("classes") {
        let class = class.as_str().unwrap_or_default();
        let own = table["kinds"][tag].as_object().into_iter().flatten();
        let fields: Vec<_> = entries("shared").chain(own).collect();
        // An answer has all of them.
        let required = fields.iter().map(|(name, _)| name.as_str()).collect();
        schemas.insert(class.to_owned(), object(class, &fields, required));
        options.push(reference(class));
    }
    schemas.insert("AnyModelConfig".to_owned(), json!({ "oneOf": options, "title": "AnyModelConfig" }));
}

fn object(title: &str, fields: &[(&String, &Value)], required: Vec<&str>) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|(name, field)| ((*name).clone(), property(name, field))).collect();
    let mut schema = json!({ "type": "object", "title": title, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(name: &str, field: &Value) -> Value {
    let mut options = values(field);
    if field["nullable"] == true {
        options.push(json!({ "type": "null" }));
    }
    let mut schema = if options.len() == 1 { options.remove(0) } else { json!({ "anyOf": options }) };
    if let Some(default) = field.get("default").filter(|default| !default.is_null()) {
        schema["default"] = default.clone();
    }
    if schema.get("$ref").is_none() {
        schema["title"] = title(name).into();
    }
    schema
}

/// What a field may be, null aside.
fn values(field: &Value) -> Vec<Value> {
    let name = |key: &str| field[key].as_str();
    if let Some(names) = field["named"].as_array() {
        return names.iter().filter_map(Value::as_str).map(reference).collect();
    }
    if let Some(named) = name("named").or_else(|| name("group")) {
        return vec![reference(named)];
    }
    if let Some(group) = name("map_of") {
        let keys = reference(name("keys_named").unwrap_or_default());
        return vec![json!({ "type": "object", "additionalProperties": reference(group), "propertyNames": keys })];
    }
    if let Some(words) = field["one_of"].as_array() {
        let kind = if words.iter().all(Value::is_string) { "string" } else { "integer" };
        return vec![match words.as_slice() {
            [only] => json!({ "type": kind, "const": only }),
            words => json!({ "type": kind, "enum": words }),
        }];
    }
    let mut schema = match name("is") {
        Some("integer") => json!({ "type": "integer" }),
        Some("number") => json!({ "type": "number" }),
        Some("flag") => json!({ "type": "boolean" }),
        Some("texts") => json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true }),
        _ => json!({ "type": "string" }),
    };
    for (limit, word) in [
        ("at_least", "minimum"),
        ("more_than", "exclusiveMinimum"),
        ("less_than", "exclusiveMaximum"),
        ("multiple_of", "multipleOf"),
    ] {
        if let Some(number) = field.get(limit) {
            schema[word] = number.clone();
        }
    }
    vec![schema]
}

/// `file_size` as `File Size`.
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect::<Vec<_>>().join(" ")
}
