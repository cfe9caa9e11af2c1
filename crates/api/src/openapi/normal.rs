//! Schemas in the reference's manner of speaking, so that clients generated from either document are the same: what may be
//! null is an `anyOf` with null, numbers have no machine format, and types made of others are written out.

use serde_json::{Map, Value, json};

/// Rewrites every schema below `value`.
pub(super) fn rewrite(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(rewrite),
        Value::Object(map) => {
            map.values_mut().for_each(rewrite);
            drop_number_format(map);
            drop_zero_minimum(map);
            join_remarks(map);
            split_nullable(map);
            put_null_last(map);
        }
        _ => {}
    }
}

fn drop_number_format(schema: &mut Map<String, Value>) {
    if schema
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|name| ["int32", "int64", "float", "double"].contains(&name))
    {
        schema.shift_remove("format");
    }
}

/// `{type: [T, null], …}` becomes `{anyOf: [{type: T, …}, {type: null}]}`; what is said about the field stays outside.
fn split_nullable(schema: &mut Map<String, Value>) {
    let Some(Value::Array(kinds)) = schema.get("type") else { return };
    let [kind, null] = kinds.as_slice() else { return };
    if null != "null" {
        return;
    }
    let mut inner = Map::from_iter([("type".to_owned(), kind.clone())]);
    let mut outer = Map::new();
    for (key, value) in std::mem::take(schema) {
        match key.as_str() {
            "type" => {}
            "description" | "default" | "title" => {
                outer.insert(key, value);
            }
            _ => {
                inner.insert(key, value);
            }
        }
    }
    outer.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
    *schema = outer;
}

/// `{oneOf: [{type: null}, X]}` becomes `{anyOf: [X, {type: null}]}`.
fn put_null_last(schema: &mut Map<String, Value>) {
    let null = json!({ "type": "null" });
    let Some(Value::Array(options)) = schema.get("oneOf") else { return };
    let (nulls, mut rest): (Vec<Value>, Vec<Value>) = options.iter().cloned().partition(|option| *option == null);
    if nulls.len() == 1 {
        rest.push(null);
        schema.shift_remove("oneOf");
        schema.insert("anyOf".to_owned(), rest.into());
    }
}

/// `{allOf: [X, {type: object, default: …}]}`, which is X with something said about it, becomes that.
fn join_remarks(schema: &mut Map<String, Value>) {
    let Some(Value::Array(pieces)) = schema.get("allOf") else { return };
    let [Value::Object(first), Value::Object(remarks)] = pieces.as_slice() else { return };
    if remarks.contains_key("properties") {
        return;
    }
    let mut joined = first.clone();
    joined.extend(remarks.iter().filter(|(key, _)| *key != "type").map(|(key, value)| (key.clone(), value.clone())));
    schema.shift_remove("allOf");
    schema.extend(joined);
}

/// Unsigned numbers are no promise to anybody.
fn drop_zero_minimum(schema: &mut Map<String, Value>) {
    if schema.get("minimum") == Some(&json!(0)) && !schema.contains_key("maximum") && !schema.contains_key("default") {
        schema.shift_remove("minimum");
    }
}

/// Writes out the named schemas that are made of others by `allOf`, and forgets the parts nobody else names, neither another
/// schema nor `paths`.
pub(super) fn write_out_compositions(schemas: &mut Map<String, Value>, paths: &Value) {
    let mut parts = Vec::new();
    let named = schemas.clone();
    for schema in schemas.values_mut() {
        let Some(Value::Array(pieces)) = schema.get("allOf").cloned() else { continue };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        // The own fields come last in the list and first in the answers.
        for piece in pieces.iter().rev() {
            let piece = match piece["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
                Some(name) => {
                    parts.push(name.to_owned());
                    named.get(name).unwrap_or(&Value::Null)
                }
                None => piece,
            };
            properties.extend(piece["properties"].as_object().cloned().unwrap_or_default());
            required.extend(piece["required"].as_array().cloned().unwrap_or_default());
        }
        let mut whole = Map::new();
        whole.extend(schema.get("description").map(|text| ("description".to_owned(), text.clone())));
        whole.insert("type".to_owned(), "object".into());
        whole.insert("required".to_owned(), required.into());
        whole.insert("properties".to_owned(), properties.into());
        *schema = whole.into();
    }
    let text = format!("{}{paths}", Value::Object(schemas.clone()));
    schemas.retain(|name, _| !parts.contains(name) || text.contains(&format!("#/components/schemas/{name}\"")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(mut value: Value) -> Value {
        rewrite(&mut value);
        value
    }

    #[test]
    fn what_may_be_null_is_a_choice_with_null_last() {
        assert_eq!(
            rewritten(json!({ "type": ["integer", "null"], "format": "int64", "description": "Count" })),
            json!({ "description": "Count", "anyOf": [{ "type": "integer" }, { "type": "null" }] })
        );
        assert_eq!(
            rewritten(json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/x" }] })),
            json!({ "anyOf": [{ "$ref": "#/x" }, { "type": "null" }] })
        );
    }

    #[test]
    fn what_is_said_about_a_type_joins_it() {
        let said = json!({ "allOf": [{ "type": "string", "enum": ["ASC"] }, { "type": "object", "default": "ASC" }] });
        assert_eq!(rewritten(said), json!({ "type": "string", "enum": ["ASC"], "default": "ASC" }));
    }

    #[test]
    fn a_composed_type_is_written_out_and_its_part_forgotten() {
        let part = json!({ "type": "object", "required": ["n"], "properties": { "n": {} } });
        let own = json!({ "type": "object", "required": ["id"], "properties": { "id": {} } });
        let whole = json!({ "allOf": [{ "$ref": "#/components/schemas/Part" }, own] });
        let mut schemas = Map::from_iter([("Part".to_owned(), part), ("Whole".to_owned(), whole)]);
        write_out_compositions(&mut schemas, &Value::Null);
        assert_eq!(
            Value::Object(schemas),
            json!({
                "Whole": { "type": "object", "required": ["id", "n"], "properties": { "id": {}, "n": {} } },
            })
        );
    }
}
