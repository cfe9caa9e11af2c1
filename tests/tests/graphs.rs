//! Every request the official pages send for Stable Diffusion 1 and XL, played over HTTP with the real worker: one server, one worker,
//! small models, and the pictures InvokeAI makes of the same requests (`xtask/fixtures/graph_pictures.py`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_imaging::{Limits, Pixels, png};
use invoke_tests::events::Listener;
use invoke_tests::process::ServerProcess;
use invoke_tests::{pickled_file, single_file};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Sizes in pixels, which are divided by one number, and those of tiles, by another.
const SIZES: [&str; 2] = ["width", "height"];
const TILES: [&str; 3] = ["tile_width", "tile_height", "tile_size"];
/// What is kept of the pages' own state names pictures that are gone.
const CANVAS: [&str; 3] = ["ref_images", "regions", "canvas_v2_metadata"];
/// Draws its own seed.
const RANDOM: &str = "workflow-default-sd15";
const ENCODER: &str = "IP Adapter SD1.5 Image Encoder";

#[derive(Deserialize)]
struct Cases {
    models: BTreeMap<String, Value>,
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    graph: String,
    divisor: i64,
    tiles: i64,
    models: BTreeMap<String, String>,
    prediction: Option<String>,
    /// In place of the one that was recorded.
    prompt: Option<String>,
    /// Models that are installed besides.
    also: Vec<String>,
    /// Nodes and edges that are added to the graph.
    add: Option<Value>,
    output: String,
    items: usize,
}

/// The server with what it was given: models by the names requests know them by, and pictures.
struct Played {
    server: ServerProcess,
    sources: PathBuf,
    rules: BTreeMap<String, Value>,
    models: BTreeMap<String, Value>,
    pictures: BTreeMap<String, String>,
    /// Whether models of one file are installed as torch pickles them.
    pickled: bool,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn read(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixtures().join(file)).unwrap()).unwrap()
}

fn all() -> Cases {
    serde_json::from_value(read("generation/graphs/cases.json")).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Played {
    fn start(root: &Path, rules: BTreeMap<String, Value>) -> Self {
        let mut server = ServerProcess::start(root);
        server.set_up_administrator();
        let sources = root.join("sources");
        std::fs::create_dir_all(&sources).unwrap();
        Self { server, sources, rules, models: BTreeMap::new(), pictures: BTreeMap::new(), pickled: false }
    }

    /// What requests carry of a model, which is installed when first named.
    fn model(&mut self, name: &str) -> Value {
        if !self.models.contains_key(name) {
            let record = self.install(name);
            self.models.insert(name.to_owned(), record);
        }
        let record = &self.models[name];
        ["key", "hash", "name", "base", "type"].into_iter().map(|key| (key, record[key].clone())).collect::<Value>()
    }

    fn install(&self, name: &str) -> Value {
        let (rule, models) = (&self.rules[name], fixtures().join("models"));
        let place = self.sources.join(name);
        let file = self.sources.join(format!("{}.safetensors", name.trim_end_matches(".pth")));
        if let Some(from) = rule["file"].as_str() {
            std::fs::copy(models.join(from), &file).unwrap();
            return self.server.install(&file);
        }
        if let Some(from) = rule["single"].as_str() {
            single_file::write(from, &file);
            if self.pickled {
                let checkpoint = file.with_extension("ckpt");
                pickled_file::write(&file, &checkpoint);
                return self.server.install(&checkpoint);
            }
            return self.server.install(&file);
        }
        copy(&models.join(rule["folder"].as_str().unwrap()), &place);
        if let Some(weights) = rule["weights"].as_str() {
            single_file::write(weights, &place.join("diffusion_pytorch_model.safetensors"));
        }
        if let Some(other) = rule["vae"].as_str() {
            std::fs::remove_dir_all(place.join("vae")).unwrap();
            copy(&models.join(other).join("vae"), &place.join("vae"));
        }
        let record = match rule["width"].as_u64() {
            None => self.server.install(&place),
            Some(width) => {
                // Installers tell families apart by the width of the prompt, which is small here.
                let config = place.join("unet/config.json");
                let own = std::fs::read_to_string(&config).unwrap();
                let mut real: Value = serde_json::from_str(&own).unwrap();
                real["cross_attention_dim"] = json!(width);
                std::fs::write(&config, real.to_string()).unwrap();
                let record = self.server.install(&place);
                std::fs::write(&config, own).unwrap();
                record
            }
        };
        match name {
            ENCODER => self.change(&record, &json!({ "name": ENCODER })),
            _ => record,
        }
    }

    fn change(&self, model: &Value, fields: &Value) -> Value {
        self.server.caller().patch(&format!("/api/v2/models/i/{}", model["key"].as_str().unwrap()), fields).ok()
    }

    fn picture(&mut self, name: &str) -> String {
        if let Some(known) = self.pictures.get(name) {
            return known.clone();
        }
        let bytes = std::fs::read(fixtures().join("generation/graphs/inputs").join(name)).unwrap();
        let sent = self.server.caller().upload("image_category=user&is_intermediate=false", bytes, "image/png");
        let own = sent.ok()["image_name"].as_str().unwrap().to_owned();
        self.pictures.insert(name.to_owned(), own.clone());
        own
    }

    /// A request with the models and pictures that are here, and smaller.
    fn substituted(&mut self, value: &Value, case: &Case) -> Value {
        let object = match value {
            Value::Array(items) => return items.iter().map(|item| self.substituted(item, case)).collect(),
            Value::Object(object) => object,
            other => return other.clone(),
        };
        if let (Some(name), true) = (object.get("name"), object.contains_key("key") && object.contains_key("hash")) {
            let name = name.as_str().unwrap();
            return self.model(case.models.get(name).map_or(name, String::as_str));
        }
        if let Some(name) = object.get("image_name") {
            return json!({ "image_name": self.picture(name.as_str().unwrap()) });
        }
        let mut changed: Map<String, Value> =
            object.iter().map(|(key, item)| (key.clone(), self.substituted(item, case))).collect();
        for (keys, divisor) in [(&SIZES[..], case.divisor), (&TILES[..], case.tiles)] {
            for key in keys {
                if let Some(size) = changed.get(*key).and_then(Value::as_i64) {
                    changed.insert((*key).to_owned(), json!(size / divisor));
                }
            }
        }
        Value::Object(changed)
    }

    /// The pictures a case's items end with.
    fn play(&mut self, name: &str, case: &Case) -> Vec<Pixels> {
        for model in &case.also {
            self.model(model);
        }
        let mut body = read(&format!("reference/graphs/{}.json", case.graph))["body"].clone();
        if let Some(add) = &case.add {
            let graph = &mut body["batch"]["graph"];
            graph["nodes"].as_object_mut().unwrap().extend(add["nodes"].as_object().unwrap().clone());
            graph["edges"].as_array_mut().unwrap().extend(add["edges"].as_array().unwrap().clone());
        }
        if let Some(prompt) = &case.prompt {
            let data = body["batch"]["data"].as_array_mut().unwrap().iter_mut().flat_map(|group| group.as_array_mut());
            for datum in data.flatten().filter(|d| d["node_path"].as_str().unwrap().starts_with("positive_prompt")) {
                datum["items"] = json!([prompt]);
            }
        }
        for node in body["batch"]["graph"]["nodes"].as_object_mut().unwrap().values_mut() {
            node.as_object_mut().unwrap().retain(|key, _| !CANVAS.contains(&key.as_str()));
        }
        let body = self.substituted(&body, case);
        if let Some(prediction) = &case.prediction {
            let main = case.models.values().find(|model| self.models[*model]["type"] == "main").unwrap();
            self.change(&self.models[main], &json!({ "prediction_type": prediction }));
        }
        // A new one each time: nobody answers its pings while models are written.
        let mut events = self.server.listen();
        let answer = self.server.post("/api/v1/queue/default/enqueue_batch", &body);
        let mut items: Vec<i64> =
            answer["item_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect();
        items.sort_unstable();
        assert_eq!(items.len(), case.items, "{name}");
        items.into_iter().map(|item| self.output(name, case, item, &mut events)).collect()
    }

    fn output(&self, name: &str, case: &Case, id: i64, events: &mut Listener) -> Pixels {
        let ended = |item: &Value| ["completed", "failed", "canceled"].contains(&item["status"].as_str().unwrap());
        if !ended(&self.server.item(id)) {
            events.until_item_ends(id);
        }
        let item = self.server.item(id);
        assert_eq!(item["status"], "completed", "{name}: {} {}", item["error_message"], item["error_traceback"]);
        let session = &item["session"];
        let mapping = session["prepared_source_mapping"].as_object().unwrap();
        let prepared = mapping.iter().find(|(_, source)| **source == case.output).unwrap().0;
        let image = session["results"][prepared]["image"]["image_name"].as_str().unwrap();
        decoded(&self.server.get_bytes(&format!("/api/v1/images/i/{image}/full")))
    }
}

fn decoded(file: &[u8]) -> Pixels {
    png::decode_bounded(file, Limits::default()).unwrap().0
}

/// By how much two pictures differ on average, of 255.
fn distance(ours: &Pixels, theirs: &Pixels) -> f64 {
    assert_eq!((ours.width(), ours.height(), ours.mode()), (theirs.width(), theirs.height(), theirs.mode()));
    let distances = ours.data().iter().zip(theirs.data()).map(|(a, b)| u64::from(a.abs_diff(*b)));
    distances.sum::<u64>() as f64 / ours.data().len() as f64
}

/// Plays the cases and names those whose pictures are others.
fn compare(chosen: impl Fn(&str, &Case) -> bool) {
    compare_with(false, chosen);
}

fn compare_with(pickled: bool, chosen: impl Fn(&str, &Case) -> bool) {
    let root = tempfile::tempdir().unwrap();
    let Cases { models, cases } = all();
    let mut played = Played { pickled, ..Played::start(root.path(), models) };
    let mut wrong = Vec::new();
    for (name, case) in cases.iter().filter(|(name, case)| chosen(name, case)) {
        for (number, ours) in played.play(name, case).iter().enumerate() {
            let file = if case.items > 1 { format!("{name}-{number}.png") } else { format!("{name}.png") };
            let theirs = decoded(&std::fs::read(fixtures().join("generation/graphs").join(&file)).unwrap());
            let distance = distance(ours, &theirs);
            if distance >= 1.0 {
                wrong.push(format!("{file}: {distance:.3}"));
            }
        }
    }
    assert!(wrong.is_empty(), "pixels differ on average by:\n{}", wrong.join("\n"));
}

/// Whether a main model is one file, which takes a while to write.
fn is_single(case: &Case) -> bool {
    let named = |name: &String| name.starts_with("single-") || name.contains("ckpt");
    case.models.values().any(named) || ["sdxl-refined", "checkpoint-vae"].iter().any(|end| case.graph.ends_with(end))
}

/// Whether it is a recorded request with another scheduler.
fn is_derived(case: &Case) -> bool {
    case.graph.starts_with("derived/")
}

#[test]
fn every_request_of_the_pages_paints_what_the_reference_paints() {
    compare(|_, case| !is_single(case) && !is_derived(case));
}

#[test]
fn every_scheduler_paints_what_the_reference_paints_with_it() {
    compare(|_, case| is_derived(case));
}

#[test]
fn models_of_one_file_paint_what_the_reference_paints_with_them() {
    compare(|name, case| is_single(case) && !name.contains("sdxl"));
}

#[test]
fn a_checkpoint_that_torch_pickled_paints_what_the_reference_paints_with_it() {
    compare_with(true, |name, _| name == "single-sd15");
}

#[test]
fn xl_models_of_one_file_paint_what_the_reference_paints_with_them() {
    compare(|name, case| is_single(case) && name.contains("sdxl"));
}

#[test]
fn every_recorded_request_has_a_case() {
    let recorded = |folder: &str| -> Vec<String> {
        let files = std::fs::read_dir(fixtures().join("reference/graphs").join(folder)).unwrap().flatten();
        let names = files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".json").map(str::to_owned));
        names.collect()
    };
    let played: Vec<String> = all().cases.into_values().map(|case| case.graph).collect();
    for name in recorded("").into_iter().filter(|name| name != RANDOM) {
        assert!(played.contains(&name), "{name} is not played");
    }
    let derived = recorded("derived");
    assert_eq!(derived.len(), 31);
    for name in derived {
        assert!(played.contains(&format!("derived/{name}")), "{name} is not played");
    }
}
