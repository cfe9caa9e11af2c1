//! Nodes that name the parts of models of all families, in a small world of model records, against what the reference's own
//! give (`xtask/fixtures/family_nodes.py`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use invoke_domain::{ModelKey, ModelRecord};
use invoke_engine::device::Device;
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{ModelInfo, NodeError, Observer, Outcome, Prepared, Registry, Session, run_session, validate};
use invoke_nodes::{Context, Services};
use serde_json::{Map, Value, json};

#[derive(Default)]
struct Last(Option<Value>, Option<NodeError>);

impl Observer for Last {
    fn started(&mut self, _: &Prepared) {}

    fn completed(&mut self, _: &Prepared, output: &Value) {
        self.0 = Some(output.clone());
    }

    fn failed(&mut self, _: &Prepared, error: &NodeError) {
        self.1 = Some(error.clone());
    }
}

/// The records of the fixture, with the folders some of them have.
struct World {
    registry: Registry<Context>,
    host: Arc<MemoryHost>,
    models: HashMap<String, Value>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new(fixture: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in fixture["files"].as_object().unwrap() {
            let path = folder.path().join(path);
            match text.as_str() {
                Some(text) => std::fs::write(path, text).unwrap(),
                None => std::fs::create_dir_all(path).unwrap(),
            }
        }
        let host = Arc::new(MemoryHost::default());
        let mut models = HashMap::new();
        for config in fixture["models"].as_array().unwrap() {
            let key = config["key"].as_str().unwrap();
            // Image encoders are looked for by name.
            let mut config = config.clone();
            if config["type"] == "clip_vision" {
                config["name"] = key.into();
            }
            let record = ModelRecord { key: ModelKey(key.to_owned()), config: config.clone() };
            host.add_model(ModelInfo { record, path: folder.path().join(key) });
            models.insert(key.to_owned(), config);
        }
        Self { registry: invoke_nodes::registry().unwrap(), host, models, _folder: folder }
    }

    /// `@key/part` as a model's identifier.
    fn long(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => text.strip_prefix('@').map_or_else(|| value.clone(), |name| self.identifier(name)),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), self.long(value))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| self.long(item)).collect(),
            other => other.clone(),
        }
    }

    fn identifier(&self, name: &str) -> Value {
        let (key, part) = name.split_once('/').map_or((name, None), |(key, part)| (key, Some(part)));
        let gone = json!({ "base": "flux", "type": "lora", "name": "Gone" });
        let model = self.models.get(key).unwrap_or(&gone);
        json!({
            "key": key, "hash": format!("blake3:{key}"), "name": model["name"], "base": model["base"],
            "type": model["type"], "submodel_type": part
        })
    }

    fn run(&self, kind: &str, inputs: &Value) -> Result<Value, String> {
        let registry = &self.registry;
        let random = Arc::new(CountingRandom::default());
        let mut node: Map<String, Value> = self.long(inputs).as_object().cloned().unwrap();
        node.insert("id".to_owned(), "node".into());
        node.insert("type".to_owned(), kind.into());
        let graph = json!({ "id": "graph", "nodes": { "node": node }, "edges": [] });
        let graph = validate(&graph, registry.catalogue(), &*random).map_err(|problems| format!("{problems:?}"))?;
        let mut session = Session::new(graph, "session".to_owned(), &*random);
        let services = Arc::new(Services::new(Device::Cpu, 0, random.clone()));
        let mut context = Context::new(services, self.host.clone());
        let mut last = Last::default();
        match run_session(&mut session, registry, &mut context, &mut last, &*random) {
            Outcome::Completed => last.0.ok_or_else(|| "no output".to_owned()),
            other => Err(format!("{other:?}: {:?}", last.1)),
        }
    }
}

/// With `@key/part` for every model, without what is null, and with all numbers floating.
fn short(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("key") && fields.contains_key("hash") => {
            let key = fields["key"].as_str().unwrap();
            let part = fields.get("submodel_type").and_then(Value::as_str);
            part.map_or_else(|| format!("@{key}"), |part| format!("@{key}/{part}")).into()
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(key, value)| (key.clone(), short(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(short).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn parts_are_those_the_reference_names() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/nodes/families.json");
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = fixture["rows"].as_array().unwrap();
    assert!(rows.len() > 900, "the fixture holds only {} rows", rows.len());
    let world = World::new(&fixture);
    let mut differing = Vec::new();
    for row in rows {
        let (kind, inputs, theirs) = (row["type"].as_str().unwrap(), &row["inputs"], &row["gives"]);
        match (world.run(kind, inputs), theirs.is_null()) {
            (Err(_), true) => {}
            (Ok(ours), true) => {
                differing.push(format!("{kind} {inputs}\n  fails in the reference and gives {}", short(&ours)));
            }
            (Err(error), false) => differing.push(format!("{kind} {inputs}\n  fails: {error}")),
            (Ok(ours), false) => {
                let (ours, theirs) = (short(&ours), short(theirs));
                if ours != theirs {
                    differing.push(format!("{kind} {inputs}\n  ours:   {ours}\n  theirs: {theirs}"));
                }
            }
        }
    }
    let shown = &differing[..differing.len().min(40)];
    assert!(differing.is_empty(), "{} of {} differ:\n{}", differing.len(), rows.len(), shown.join("\n"));
}
