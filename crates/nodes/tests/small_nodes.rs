//! Nodes without models, against what the reference's own give (`xtask/fixtures/node_outputs.py`).

use std::path::Path;
use std::sync::Arc;

use invoke_engine::device::Device;
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{Host, Outcome, Session, run_session, validate};
use invoke_graph::{NodeError, Observer, Prepared};
use invoke_nodes::{Context, Services};
use serde_json::{Map, Value, json};

#[derive(Default)]
struct Last(Option<Value>);

impl Observer for Last {
    fn started(&mut self, _: &Prepared) {}

    fn completed(&mut self, _: &Prepared, output: &Value) {
        self.0 = Some(output.clone());
    }

    fn failed(&mut self, _: &Prepared, _: &NodeError) {}
}

/// What one node gives, or why it does not.
fn run(kind: &str, inputs: &Value, host: &Arc<MemoryHost>) -> Result<Value, String> {
    let registry = invoke_nodes::registry().map_err(|error| error.to_string())?;
    let random = Arc::new(CountingRandom::default());
    let mut node: Map<String, Value> = inputs.as_object().cloned().unwrap_or_default();
    node.insert("id".to_owned(), "node".into());
    node.insert("type".to_owned(), kind.into());
    let graph = json!({ "id": "graph", "nodes": { "node": node }, "edges": [] });
    let graph = validate(&graph, registry.catalogue(), &*random).map_err(|problems| format!("{problems:?}"))?;
    let mut session = Session::new(graph, "session".to_owned(), &*random);
    let services = Arc::new(Services::new(Device::Cpu, 0, random.clone()));
    let mut context = Context::new(services, host.clone());
    let mut last = Last::default();
    match run_session(&mut session, &registry, &mut context, &mut last, &*random) {
        Outcome::Completed => last.0.ok_or_else(|| "no output".to_owned()),
        other => Err(format!("{other:?}")),
    }
}

/// Without nulls at the top, with all numbers floating, and with one name for every picture.
fn comparable(value: &Value, top: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !(top && value.is_null()));
            let blank = |key: &str, value: &Value| {
                if key == "image_name" { json!("picture.png") } else { comparable(value, false) }
            };
            fields.map(|(key, value)| (key.clone(), blank(key, value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| comparable(item, false)).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn outputs_are_those_of_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/nodes/outputs.json");
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(rows.len() > 250, "the fixture holds only {} rows", rows.len());
    for row in rows {
        let host = Arc::new(MemoryHost::default());
        let (kind, inputs, theirs) = (row["type"].as_str().unwrap(), &row["inputs"], &row["gives"]);
        let ours = run(kind, inputs, &host);
        if theirs.is_null() {
            assert!(ours.is_err(), "{kind} {inputs} fails in the reference and gives {ours:?}");
            continue;
        }
        let ours = ours.unwrap_or_else(|error| panic!("{kind} {inputs} fails: {error}"));
        assert_eq!(comparable(&ours, true), comparable(&theirs["output"], true), "{kind} {inputs}");
        if let Some(pixels) = theirs.get("pixels") {
            let names = host.image_names();
            let image = host.load_image(&names[0]).unwrap();
            assert_eq!((json!(image.pixels), json!(image.mode.as_str())), (pixels.clone(), theirs["mode"].clone()));
        }
    }
}

#[test]
fn random_numbers_keep_to_their_bounds() {
    let host = Arc::new(MemoryHost::default());
    for (low, high) in [(3, 4), (-5, 5), (i64::MIN, i64::MAX)] {
        let value = run("rand_int", &json!({"low": low, "high": high}), &host).unwrap()["value"].as_i64().unwrap();
        assert!((low..high).contains(&value), "{value}");
    }
    assert!(run("rand_int", &json!({"low": 4, "high": 4}), &host).is_err());
    let value = run("rand_float", &json!({"low": -1.0, "high": 1.0, "decimals": 3}), &host).unwrap();
    let value = value["value"].as_f64().unwrap();
    assert!((-1.0..=1.0).contains(&value) && (value * 1000.0).fract().abs() < 1e-9, "{value}");
}

#[test]
fn a_picture_is_resized_and_keeps_its_channels() {
    let host = Arc::new(MemoryHost::default());
    let blank = json!({"width": 10, "height": 6, "mode": "RGBA", "color": {"r": 1, "g": 2, "b": 3, "a": 255}});
    let name = run("blank_image", &blank, &host).unwrap()["image"]["image_name"].clone();
    let resize = json!({"image": {"image_name": name}, "width": 5, "height": 4, "resample_mode": "lanczos"});
    let resized = run("img_resize", &resize, &host).unwrap();
    assert_eq!((&resized["width"], &resized["height"]), (&json!(5), &json!(4)));
    let image = host.load_image(resized["image"]["image_name"].as_str().unwrap()).unwrap();
    assert_eq!((image.mode.as_str(), image.pixels), ("RGBA", [1, 2, 3, 255].repeat(20)));
}

#[test]
fn a_picture_that_may_not_be_seen_fails_as_in_the_reference() {
    let host = Arc::new(MemoryHost::default());
    let error = run("img_resize", &json!({"image": {"image_name": "missing.png"}}), &host).unwrap_err();
    assert!(error.contains("PermissionError") && error.contains("not authorized to access this image"), "{error}");
}
