//! The nodes as data: what is committed for the server, and what the reference's own document says.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// With `WRITE_CATALOGUE=1` it is written anew first.
#[test]
fn the_committed_catalogue_is_that_of_the_nodes() {
    let path = root().join("crates/graph/catalogue.json");
    let ours = invoke_nodes::registry().unwrap().catalogue().to_json();
    if std::env::var_os("WRITE_CATALOGUE").is_some() {
        std::fs::write(&path, &ours).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == ours,
        "`crates/graph/catalogue.json` is not what the nodes say; write it anew with \
         `WRITE_CATALOGUE=1 cargo test -p invoke-nodes --test catalogue`"
    );
}

/// Without what people read, lists that mean sets sorted, and numbers all floating (`0` and `0.0` are one in JSON).
fn comparable(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, value)| !(key.as_str() == "description" && value.is_string()));
            fields.map(|(key, value)| (key.clone(), comparable(value, key))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| comparable(item, "")).collect();
            if key == "required" {
                items.sort_by_key(Value::to_string);
            }
            items.into()
        }
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN).into(),
        other => other.clone(),
    }
}

#[test]
fn schemas_are_those_of_the_reference() {
    let text = std::fs::read_to_string(root().join("tests/fixtures/reference/node-schemas.json")).unwrap();
    let theirs: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let ours = invoke_nodes::registry().unwrap().catalogue().json_schemas();
    assert!(ours.len() > 80, "only {} schemas", ours.len());
    let differing = ours.iter().filter_map(|(name, ours)| {
        let (ours, theirs) = (comparable(ours, ""), comparable(theirs.get(name).unwrap_or(&Value::Null), ""));
        (ours != theirs).then(|| format!("{name}\n  ours:   {ours}\n  theirs: {theirs}"))
    });
    let differing: Vec<_> = differing.collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
