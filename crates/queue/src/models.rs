//! The models a graph names, as far as its owner may not use them.

use invoke_domain::ModelKey;
use serde_json::Value;
use std::collections::HashSet;

/// What a document calls the first of the `hidden` models that it names. A model is named by an object with its `key`,
/// wherever a graph, a session or the values of a batch have one.
pub fn named_among(document: &Value, hidden: &HashSet<ModelKey>) -> Option<String> {
    if hidden.is_empty() {
        return None;
    }
    match document {
        Value::Object(fields) => {
            let key = fields.get("key").and_then(Value::as_str);
            if let Some(key) = key.filter(|key| hidden.contains(&ModelKey::from(*key))) {
                let name = fields.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
                return Some(name.unwrap_or(key).to_owned());
            }
            fields.values().find_map(|value| named_among(value, hidden))
        }
        Value::Array(values) => values.iter().find_map(|value| named_among(value, hidden)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_hidden_model_is_found_wherever_a_graph_names_it() {
        let hidden = HashSet::from([ModelKey::from("secret")]);
        let model = json!({ "key": "secret", "hash": "h", "name": "Secret", "base": "sdxl", "type": "main" });
        let node = json!({ "nodes": { "n": { "type": "main_model_loader", "model": model } } });
        assert_eq!(named_among(&node, &hidden).as_deref(), Some("Secret"));
        let lora =
            json!({ "nodes": { "n": { "loras": [{ "lora": { "key": "other" } }, { "lora": { "key": "secret" } }] } } });
        assert_eq!(named_among(&lora, &hidden).as_deref(), Some("secret"));
        let text = json!({ "nodes": { "n": { "type": "string", "value": "secret", "model": { "key": "free" } } } });
        assert_eq!(named_among(&text, &hidden), None);
        assert_eq!(named_among(&node, &HashSet::new()), None);
    }
}
