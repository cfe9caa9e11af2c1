//! Nodes without pixels in a small world of models, images with metadata, and latents, against what the reference's own
//! give (`xtask/fixtures/plain_nodes.py`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_domain::{ModelKey, ModelRecord};
use invoke_engine::device::Device;
use invoke_engine::{Kind, Tensor};
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{
    LoadedImage, ModelInfo, NodeError, Observer, Outcome, PixelMode, Prepared, Session, run_session, validate,
};
use invoke_nodes::{Context, Services};
use serde_json::{Map, Value, json};

/// Inputs with which the reference fails by mistake, and ours does not: it takes a list of weights for a number, and looks
/// for keys in texts. `docs/compatibility.md` has them.
const BETTER: &[(&str, &str)] = &[
    ("controlnet", r#""control_weight":["#),
    ("t2i_adapter", r#""weight":["#),
    ("metadata_to_t2i_adapters", r#""t2iAdapters":[{"#),
    ("metadata_to_model", r#""model":"monkey""#),
    ("metadata_to_sdxl_model", r#""m":"monkey""#),
    ("metadata_to_vae", r#""vae":"monkey""#),
];

fn fixture() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/nodes/plain.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[derive(Default)]
struct Last(Option<Value>);

impl Observer for Last {
    fn started(&mut self, _: &Prepared) {}

    fn completed(&mut self, _: &Prepared, output: &Value) {
        self.0 = Some(output.clone());
    }

    fn failed(&mut self, _: &Prepared, _: &NodeError) {}
}

/// The world of the fixture, in which nodes run.
struct World {
    host: Arc<MemoryHost>,
    context: Context,
    random: Arc<CountingRandom>,
    /// Names of the fixture's latents in the run, by name in the fixture.
    latents: HashMap<String, String>,
}

impl World {
    fn new(fixture: &Value) -> Self {
        let host = Arc::new(MemoryHost::default());
        for config in fixture["models"].as_array().unwrap() {
            let key = ModelKey(config["key"].as_str().unwrap().to_owned());
            let record = ModelRecord { key, config: config.clone() };
            host.add_model(ModelInfo { record, path: PathBuf::from("/nowhere") });
        }
        let image = |width, height, pixels: Vec<u8>, metadata: Option<Value>| LoadedImage {
            mode: PixelMode::L,
            width,
            height,
            pixels,
            metadata,
        };
        for (name, metadata) in fixture["images"].as_object().unwrap() {
            let metadata = Some(metadata.clone()).filter(|metadata| !metadata.is_null());
            host.add_image(name, image(1, 1, vec![0], metadata));
        }
        let mask = &fixture["mask"];
        let side = |name: &str| u32::try_from(mask[name].as_u64().unwrap()).unwrap();
        let pixels = numbers(&mask["pixels"]).into_iter().map(|value| value as u8).collect();
        host.add_image("mask.png", image(side("width"), side("height"), pixels, None));
        let random = Arc::new(CountingRandom::default());
        let services = Arc::new(Services::new(Device::Cpu, 0, random.clone()));
        let mut context = Context::new(services, host.clone());
        let mut latents = HashMap::new();
        for (name, tensor) in fixture["latents"].as_object().unwrap() {
            let shape: Vec<i64> = numbers(&tensor["shape"]).into_iter().map(|side| side as i64).collect();
            let values = Tensor::from_slice(&numbers(&tensor["values"])).to_kind(Kind::Float).reshape(shape);
            latents.insert(name.clone(), context.save_tensor(values));
        }
        Self { host, context, random, latents }
    }

    /// The inputs with the latents' names in this run.
    fn here(&self, inputs: &Value) -> Value {
        match inputs {
            Value::Object(fields) => {
                let renamed = |key: &String, value: &Value| match (key.as_str(), value.as_str()) {
                    ("latents_name", Some(name)) => self.latents.get(name).map_or(value.clone(), |name| json!(name)),
                    _ => self.here(value),
                };
                fields.iter().map(|(key, value)| (key.clone(), renamed(key, value))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| self.here(item)).collect(),
            other => other.clone(),
        }
    }

    /// What one node gives, or why it does not.
    fn run(&mut self, kind: &str, inputs: &Value, metadata: &Value) -> Result<Value, String> {
        let registry = invoke_nodes::registry().map_err(|error| error.to_string())?;
        let mut node: Map<String, Value> = self.here(inputs).as_object().cloned().unwrap_or_default();
        node.retain(|_, value| !value.is_null());
        node.insert("id".to_owned(), "node".into());
        node.insert("type".to_owned(), kind.into());
        if !metadata.is_null() {
            node.insert("metadata".to_owned(), metadata.clone());
        }
        let graph = json!({ "id": "graph", "nodes": { "node": node }, "edges": [] });
        let graph =
            validate(&graph, registry.catalogue(), &*self.random).map_err(|problems| format!("{problems:?}"))?;
        let mut session = Session::new(graph, "session".to_owned(), &*self.random);
        let mut last = Last::default();
        match run_session(&mut session, &registry, &mut self.context, &mut last, &*self.random) {
            Outcome::Completed => last.0.ok_or_else(|| "no output".to_owned()),
            other => Err(format!("{other:?}")),
        }
    }
}

/// Without nulls in the node's own fields, all numbers floating, and one name for every tensor.
fn comparable(value: &Value, top: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !(top && value.is_null()));
            let blank = |key: &str, value: &Value| {
                if key == "latents_name" { json!("latents") } else { comparable(value, false) }
            };
            fields.map(|(key, value)| (key.clone(), blank(key, value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| comparable(item, false)).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

/// The largest difference as a share of the largest number.
fn distance(ours: &[f64], theirs: &[f64]) -> f64 {
    if ours.len() != theirs.len() {
        return f64::INFINITY;
    }
    let largest = theirs.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    ours.iter().zip(theirs).fold(0.0f64, |distance, (a, b)| distance.max((a - b).abs())) / largest
}

#[test]
fn outputs_are_those_of_the_reference() {
    tch::set_num_threads(1);
    let fixture = fixture();
    let rows = fixture["rows"].as_array().unwrap();
    assert!(rows.len() > 500, "the fixture holds only {} rows", rows.len());
    let mut world = World::new(&fixture);
    let mut differing = Vec::new();
    for row in rows {
        let (kind, inputs, theirs) = (row["type"].as_str().unwrap(), &row["inputs"], &row["gives"]);
        // Denoising needs a real model; what it writes down is compared beside the node.
        if kind == "denoise_latents_meta" {
            continue;
        }
        let ours = world.run(kind, inputs, &row["metadata"]);
        if kind == "crop_latents" && theirs["values"] == json!([]) {
            // The reference gives latents of no size, with which no node can do anything.
            assert!(ours.unwrap_err().contains("no latents lie"), "{row}");
            continue;
        }
        if is_better(kind, row) {
            assert!(ours.is_ok() && theirs.is_null(), "{row}: {ours:?}");
            continue;
        }
        let told = || format!("{kind} {inputs} {}", row["metadata"]);
        let ours = match (ours, theirs.is_null()) {
            (Err(_), true) => continue,
            (Ok(ours), true) => {
                differing.push(format!("{}\n  fails in the reference and gives {ours}", told()));
                continue;
            }
            (Err(error), false) => {
                differing.push(format!("{}\n  fails: {error}", told()));
                continue;
            }
            (Ok(ours), false) => ours,
        };
        let mut theirs = theirs.clone();
        if let Some(name) = theirs["output"].get_mut("name") {
            // Theirs tells the base by its name in Python, `BaseModelType.StableDiffusion1`.
            let name_only = |name: &Value| name.as_str().unwrap().split_once(": ").unwrap().1.to_owned();
            assert_eq!(name_only(name), name_only(&ours["name"]));
            *name = format!("{}: {}", ours["model"]["base"].as_str().unwrap(), name_only(name)).into();
        }
        let (a, b) = (comparable(&ours, true), comparable(&theirs["output"], true));
        if a != b {
            differing.push(format!("{}\n  ours:   {a}\n  theirs: {b}", told()));
        }
        if let Some(values) = theirs.get("values") {
            let tensor = world.context.tensor(ours["latents"]["latents_name"].as_str().unwrap()).unwrap();
            let flat = Vec::<f64>::try_from(tensor.to_kind(Kind::Double).flatten(0, -1)).unwrap();
            // Both compute in single precision.
            let distance = distance(&flat, &numbers(values));
            if json!(tensor.size()) != theirs["shape"] || distance > 1e-4 {
                differing.push(format!("{}\n  other latents, {distance} away", told()));
            }
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

fn is_better(kind: &str, row: &Value) -> bool {
    let given = format!("{}{}", row["inputs"], row["metadata"]);
    BETTER.iter().any(|(node, part)| *node == kind && given.contains(part))
}

#[test]
fn a_batch_node_that_comes_to_run_says_how_batches_are_made() {
    let mut world = World::new(&fixture());
    for (kind, inputs) in [
        ("image_batch", json!({ "images": [{ "image_name": "told.png" }] })),
        ("string_batch", json!({ "strings": ["a"], "batch_group_id": "Group 1" })),
        ("integer_batch", json!({ "integers": [1] })),
        ("float_batch", json!({ "floats": [1.5] })),
        ("image_generator", json!({ "generator": { "type": "image_generator_images_from_board" } })),
        ("string_generator", json!({ "generator": {} })),
        ("integer_generator", json!({ "generator": {} })),
        ("float_generator", json!({ "generator": {} })),
    ] {
        let error = world.run(kind, &inputs, &Value::Null).unwrap_err();
        assert!(error.contains("NotExecutableNodeError") && error.contains("batch data"), "{kind}: {error}");
    }
    assert!(world.run("string_batch", &json!({ "strings": [] }), &Value::Null).unwrap_err().contains("too_short"));
}

#[test]
fn prompts_come_from_a_file_line_by_line() {
    let mut world = World::new(&fixture());
    world.host.add_prompts("cats.txt", "one\r\n  two \n\nfour");
    let mut prompts = |more: Value| {
        let mut inputs = json!({ "file_path": "cats.txt" });
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.run("prompt_from_file", &inputs, &Value::Null).map(|output| output["collection"].clone())
    };
    assert_eq!(prompts(json!({})).unwrap(), json!(["one"]));
    assert_eq!(prompts(json!({ "max_prompts": 0 })).unwrap(), json!(["one", "two", "", "four"]));
    let around = json!({ "start_line": 2, "max_prompts": 2, "pre_prompt": "a ", "post_prompt": "!" });
    assert_eq!(prompts(around).unwrap(), json!(["a two!", "a !"]));
    assert_eq!(prompts(json!({ "start_line": 9 })).unwrap(), json!([]));
    let error = prompts(json!({ "file_path": "/etc/passwd" })).unwrap_err();
    assert!(error.contains("FileNotFoundError"), "{error}");
}

#[test]
fn templates_make_all_prompts_or_random_ones() {
    let mut world = World::new(&fixture());
    let mut prompts = |inputs: Value| {
        let output = world.run("dynamic_prompt", &inputs, &Value::Null);
        output.map(|output| output["collection"].as_array().unwrap().clone())
    };
    let all = json!({ "prompt": "a {red|green} {cat|dog}", "max_prompts": 3, "combinatorial": true });
    assert_eq!(prompts(all).unwrap(), ["a red cat", "a red dog", "a green cat"]);
    let some = prompts(json!({ "prompt": "{1|2|3|4|5|6}", "max_prompts": 40 })).unwrap();
    assert!(some.len() == 40 && some.iter().any(|prompt| *prompt != some[0]), "{some:?}");
    for (inputs, kind) in [
        (json!({ "prompt": "50% off" }), "ParseException"),
        (json!({ "prompt": "{__cat__|a}", "combinatorial": true }), "No values found for wildcard(s): cat"),
        (json!({ "prompt": "${x}" }), "KeyError"),
        (json!({ "prompt": "a", "max_prompts": -1 }), "must not be negative"),
    ] {
        let error = prompts(inputs.clone()).unwrap_err();
        assert!(error.contains(kind), "{inputs}: {error}");
    }
}
