//! Stable Diffusion 2, XL, the refiner of XL and models for inpainting, and runs that are told more than prompts: graphs run in
//! process against what InvokeAI itself gave for them (`xtask/fixtures/reference_families.py`, `reference_sampling.py`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_domain::{ModelKey, ModelRecord};
use invoke_engine::device::Device;
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{
    Host, LoadedImage, ModelInfo, NodeError, Observer, Outcome, PixelMode, Prepared, Session, run_session, validate,
};
use invoke_imaging::{Limits, Mode, Pixels, png};
use invoke_nodes::{Context, Services};
use serde_json::{Map, Value};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// What the script of a set of cases made.
fn generation(set: &str) -> PathBuf {
    fixtures().join("generation").join(set)
}

/// A case, with the models where they are here.
fn json(set: &str, case: &str) -> Value {
    let file = generation(set).join(format!("{case}.json"));
    let text = std::fs::read_to_string(file).expect("the fixture is committed");
    let here = fixtures().to_string_lossy().into_owned();
    serde_json::from_str(&text.replace("{{FIXTURES}}", &here)).expect("the fixture is JSON")
}

fn picture(path: &Path) -> Pixels {
    let file = std::fs::read(path).expect("the picture is committed");
    png::decode_bounded(&file, Limits::default()).expect("the picture is a PNG").0
}

/// A host with the case's models and the pictures the graphs begin with.
fn host(set: &str, case: &Value) -> MemoryHost {
    let host = MemoryHost::default();
    for config in case["models"].as_array().expect("models") {
        let key = ModelKey(config["key"].as_str().expect("a key").to_owned());
        let record = ModelRecord { key, config: config.clone() };
        host.add_model(ModelInfo { path: PathBuf::from(record.path()), record });
    }
    for file in std::fs::read_dir(generation(set).join("inputs")).expect("the pictures are committed") {
        let file = file.expect("a folder can be listed");
        let name = file.file_name();
        let (name, pixels) = (name.to_str().expect("a name"), picture(&file.path()));
        let mode = match pixels.mode() {
            Mode::L => PixelMode::L,
            Mode::Rgb => PixelMode::Rgb,
            Mode::Rgba => PixelMode::Rgba,
        };
        let (width, height) = (pixels.width(), pixels.height());
        host.add_image(name, LoadedImage { mode, width, height, pixels: pixels.into_data(), metadata: None });
    }
    host
}

/// Keeps what each node gave, and why one failed.
#[derive(Default)]
struct Watch {
    results: HashMap<String, Value>,
    failed: Option<String>,
}

impl Observer for Watch {
    fn started(&mut self, _: &Prepared) {}

    fn completed(&mut self, node: &Prepared, output: &Value) {
        self.results.insert(node.source_id.clone(), output.clone());
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        self.failed = Some(format!("{}: {error}", node.kind()));
    }
}

/// Without what is null, which the reference's answer leaves out, and with every name made anew each time blanked.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let blank = |key: &str, value: &Value| match key {
                "latents_name"
                | "conditioning_name"
                | "image_name"
                | "mask_name"
                | "masked_latents_name"
                | "tensor_name" => "…".into(),
                _ => comparable(value),
            };
            fields.map(|(key, value)| (key.clone(), blank(key, value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            // The reference collects in an order of its own (see `docs/compatibility.md`).
            let mut items: Vec<Value> = items.iter().map(comparable).collect();
            items.sort_by_key(ToString::to_string);
            items.into()
        }
        other => other.clone(),
    }
}

fn run(set: &str, case: &Value) -> (Outcome, Watch, Arc<MemoryHost>) {
    // Tests run side by side already, and idle threads of libtorch wait in a busy loop.
    tch::set_num_threads(1);
    let registry = invoke_nodes::registry().expect("the nodes agree");
    let random = Arc::new(CountingRandom::default());
    let graph = validate(&case["graph"], registry.catalogue(), &*random).expect("the graph is valid");
    let mut session = Session::new(graph, "session".to_owned(), &*random);
    let host = Arc::new(host(set, case));
    let services = Services::new(Device::Cpu, 1 << 30, random.clone());
    let mut context = Context::new(Arc::new(services), host.clone());
    let mut watch = Watch::default();
    let outcome = run_session(&mut session, &registry, &mut context, &mut watch, &*random);
    (outcome, watch, host)
}

#[track_caller]
fn check(name: &str) {
    check_in("families", name);
}

#[track_caller]
fn check_in(set: &str, name: &str) {
    let case = json(set, name);
    let (outcome, watch, host) = run(set, &case);
    assert_eq!(outcome, Outcome::Completed, "{:?}", watch.failed);
    let theirs = case["results"].as_object().expect("results by node");
    assert_eq!(watch.results.len(), theirs.len());
    for (node, theirs) in theirs {
        assert_eq!(comparable(&watch.results[node]), comparable(theirs), "{node}");
    }

    let output = &watch.results[case["output"].as_str().expect("an output")];
    let ours = host.load_image(output["image"]["image_name"].as_str().expect("a picture")).expect("it was kept");
    let theirs = picture(&generation(set).join(format!("{name}.png")));
    assert_eq!((ours.width, ours.height), (theirs.width(), theirs.height()));
    assert_eq!(ours.mode.as_str(), theirs.mode().as_str());
    let distances = ours.pixels.iter().zip(theirs.data()).map(|(a, b)| u64::from(a.abs_diff(*b)));
    let mean = distances.clone().sum::<u64>() as f64 / ours.pixels.len() as f64;
    let most = distances.max().unwrap_or(0);
    eprintln!("{name}: mean difference {mean}, largest {most}");
    assert!(mean < 1.0, "{name}: pixels differ by {mean} on average, {most} at most");
}

#[test]
fn sdxl_from_a_prompt() {
    check("sdxl-txt2img");
}

#[test]
fn sdxl_with_a_style_weights_an_empty_negative_prompt_and_sizes_of_its_own() {
    check("sdxl-style");
}

#[test]
fn sdxl_without_the_last_layer_of_both_text_encoders() {
    check("sdxl-skip");
}

#[test]
fn sdxl_from_a_picture() {
    check("sdxl-img2img");
}

#[test]
fn sdxl_handed_over_to_its_refiner() {
    check("sdxl-refined");
}

#[test]
fn stable_diffusion_2_that_predicts_noise() {
    check("sd2");
}

#[test]
fn stable_diffusion_2_that_predicts_velocity() {
    check("sd2-velocity");
}

#[test]
fn a_picture_to_latents_and_back_in_tiles() {
    check("tiled");
}

#[test]
fn an_autoencoder_of_its_own_in_tiles() {
    check("tiled-vae");
}

#[test]
fn a_part_made_anew() {
    check_in("sampling", "inpaint");
}

#[test]
fn a_part_made_anew_by_a_method_of_second_order_with_noise() {
    check_in("sampling", "inpaint-kdpm_2_a");
}

#[test]
fn prompts_for_parts_of_the_picture() {
    check_in("sampling", "regional");
}

#[test]
fn a_picture_continued_beyond_its_edges() {
    check_in("sampling", "outpaint");
}

#[test]
fn edges_that_meet_and_freeu() {
    check_in("sampling", "seamless");
}

#[test]
fn a_picture_refined_in_tiles() {
    check_in("sampling", "tiled");
}
