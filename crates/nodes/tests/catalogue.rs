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

/// The part of `docs/compatibility.md` between these lines is the list below.
const BEGIN: &str = "<!-- nodes without models: written by the test of the catalogue -->\n";
const END: &str = "<!-- end of the nodes without models -->\n";

/// Every node of the reference that loads no model (`xtask/fixtures/modelless_nodes.py`), ticked where we have it. With
/// `WRITE_CATALOGUE=1` it is written anew first.
#[test]
fn the_list_of_nodes_without_models_is_true() {
    let text = std::fs::read_to_string(root().join("tests/fixtures/nodes/modelless.json")).unwrap();
    let theirs: Vec<String> = serde_json::from_str(&text).unwrap();
    let ours = invoke_nodes::registry().unwrap();
    let ours = &ours.catalogue().nodes;
    let open: Vec<String> = theirs.iter().filter(|kind| !ours.contains_key(*kind)).cloned().collect();
    let line = |kind: &String| format!("- [{}] `{kind}`\n", if ours.contains_key(kind) { 'x' } else { ' ' });
    let list = format!(
        "\n{} of {} are here:\n\n{}\n",
        theirs.len() - open.len(),
        theirs.len(),
        theirs.iter().map(line).collect::<String>()
    );
    let path = root().join("docs/compatibility.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("the document has the beginning of the list");
    let (_, after) = rest.split_once(END).expect("the document has the end of the list");
    let written = format!("{before}{BEGIN}{list}{END}{after}");
    if std::env::var_os("WRITE_CATALOGUE").is_some() {
        std::fs::write(&path, &written).unwrap();
        return;
    }
    assert!(
        document == written,
        "the list of nodes in `docs/compatibility.md` is out of date; write it anew with \
         `WRITE_CATALOGUE=1 cargo test -p invoke-nodes --test catalogue`"
    );
}
