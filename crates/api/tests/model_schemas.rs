//! Model records in the OpenAPI document against the reference's, titles and descriptions aside.
//! What the reference says is made by `xtask/fixtures/model_schemas.py`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use serde_json::{Map, Value, json};

/// Numbers as floating-point ones, titles left out; a property may be called `title`.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, inner)| *name != "title" || !inner.is_string());
            let kept = kept.map(|(name, inner)| (name.clone(), bare(inner)));
            let mut kept: Vec<_> = kept.collect();
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept.into_iter().collect::<Map<_, _>>().into()
        }
        Value::Array(list) => list.iter().map(bare).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn records_have_the_schemas_of_the_reference() {
    let document = invoke_api::openapi();
    let ours = &document["components"]["schemas"];
    let theirs: Map<String, Value> =
        serde_json::from_str(include_str!("../../../tests/fixtures/reference/model-schemas.json")).unwrap();
    let mut different = Vec::new();
    for (name, expected) in theirs.iter().filter(|(name, _)| *name != "AnyModelConfig") {
        let (ours, expected) = (bare(&ours[name]), bare(expected));
        if ours != expected {
            different.push(format!("{name}\n  expected {expected}\n  got      {ours}"));
        }
    }
    assert!(different.is_empty(), "{} of {}:\n{}", different.len(), theirs.len(), different.join("\n"));

    let mut kinds: Vec<&str> =
        theirs["AnyModelConfig"]["oneOf"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    let options = ours["AnyModelConfig"]["oneOf"].as_array().unwrap();
    let mut options: Vec<&str> =
        options.iter().map(|option| option["$ref"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    kinds.sort_unstable();
    options.sort_unstable();
    assert_eq!(options, kinds);
}
