//! Graphs in which more than text steers the picture, run in process, against what InvokeAI itself gave for them
//! (`xtask/fixtures/steered_images.py`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_domain::{ModelKey, ModelRecord};
use invoke_engine::device::Device;
use invoke_graph::testing::CountingRandom;
use invoke_graph::{
    Catalogue, Host, HostError, LoadedImage, ModelInfo, NewImage, NodeError, Observer, Outcome, PixelMode, Prepared,
    Progress, Session, StoredImage, run_session, validate,
};
use invoke_imaging::{Limits, Mode, Pixels, png};
use invoke_nodes::{Context, Services};
use parking_lot::Mutex;
use serde_json::{Map, Value};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn steered(name: &str) -> PathBuf {
    fixtures().join("generation/steered").join(name)
}

/// A case, with the models where they are here.
fn json(case: &str) -> Value {
    let text = std::fs::read_to_string(steered(&format!("{case}.json"))).expect("the fixture is committed");
    let here = fixtures().to_string_lossy().into_owned();
    serde_json::from_str(&text.replace("{{FIXTURES}}", &here)).expect("the fixture is JSON")
}

fn picture(file: &Path) -> Pixels {
    let file = std::fs::read(file).expect("the picture is committed");
    png::decode_bounded(&file, Limits::default()).expect("the picture is a PNG").0
}

/// The models and pictures of a case, the pictures its nodes keep, and what they say.
struct TestHost {
    models: Vec<ModelInfo>,
    images: HashMap<String, PathBuf>,
    stored: Mutex<HashMap<String, NewImage>>,
    said: Mutex<Vec<String>>,
}

impl TestHost {
    fn new(case: &Value) -> Self {
        let model = |config: &Value| {
            let key = ModelKey(config["key"].as_str().expect("a key").to_owned());
            let record = ModelRecord { key, config: config.clone() };
            let path = PathBuf::from(record.path());
            ModelInfo { record, path }
        };
        let images = case["images"].as_object().expect("files by name").iter();
        let images =
            images.map(|(name, file)| (name.clone(), steered("inputs").join(file.as_str().unwrap_or_default())));
        Self {
            models: case["models"].as_array().expect("records").iter().map(model).collect(),
            images: images.collect(),
            stored: Mutex::default(),
            said: Mutex::default(),
        }
    }
}

fn not_found(what: &str) -> HostError {
    HostError { kind: "UnknownModelException".to_owned(), message: what.to_owned() }
}

impl Host for TestHost {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, progress: Progress) {
        self.said.lock().push(progress.message);
    }

    fn model_loading(&self, _: &ModelInfo, _: Option<&str>) {}

    fn model_loaded(&self, _: &ModelInfo, _: Option<&str>) {}

    fn store_image(&self, image: NewImage) -> Result<StoredImage, HostError> {
        let mut stored = self.stored.lock();
        let name = format!("{}.png", stored.len());
        let (width, height) = (image.width, image.height);
        stored.insert(name.clone(), image);
        Ok(StoredImage { name, width, height })
    }

    fn load_image(&self, name: &str) -> Result<LoadedImage, HostError> {
        if let Some(image) = self.stored.lock().get(name) {
            let NewImage { mode, width, height, pixels, .. } = image;
            return Ok(LoadedImage {
                mode: *mode,
                width: *width,
                height: *height,
                pixels: pixels.clone(),
                metadata: None,
            });
        }
        let pixels = picture(self.images.get(name).ok_or_else(|| not_found(name))?);
        let mode = match pixels.mode() {
            Mode::L => PixelMode::L,
            Mode::Rgb => PixelMode::Rgb,
            Mode::Rgba => PixelMode::Rgba,
        };
        Ok(LoadedImage {
            mode,
            width: pixels.width(),
            height: pixels.height(),
            pixels: pixels.into_data(),
            metadata: None,
        })
    }

    fn model(&self, key: &str) -> Result<ModelInfo, HostError> {
        self.models.iter().find(|model| model.record.key.0 == key).cloned().ok_or_else(|| not_found(key))
    }

    fn find_models(&self, name: &str, kind: &str) -> Result<Vec<ModelRecord>, HostError> {
        let wanted = |model: &&ModelInfo| model.record.name() == name && model.record.kind() == kind;
        Ok(self.models.iter().filter(wanted).map(|model| model.record.clone()).collect())
    }

    fn read_prompts(&self, path: &str) -> Result<String, HostError> {
        Err(not_found(path))
    }
}

/// Keeps what each node gave, and why one failed.
#[derive(Default)]
struct Watch {
    results: HashMap<String, Value>,
    failure: Option<String>,
}

impl Observer for Watch {
    fn started(&mut self, _: &Prepared) {}

    fn completed(&mut self, node: &Prepared, output: &Value) {
        self.results.insert(node.source_id.clone(), output.clone());
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        self.failure = Some(format!("{}: {error}", node.kind()));
    }
}

/// Without what is null (the reference's answer leaves it out) and with every name made anew each time blanked.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let blank = |key: &str, value: &Value| match key {
                "latents_name" | "conditioning_name" | "image_name" | "tensor_name" | "mask_name" => Value::from("…"),
                // The reference collects in the order of random ids.
                "collection" | "loras" => sorted(comparable(value)),
                _ => comparable(value),
            };
            fields.map(|(key, value)| (key.clone(), blank(key, value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

fn sorted(value: Value) -> Value {
    let Value::Array(mut items) = value else { return value };
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

/// Runs a case and compares everything its nodes gave, and the picture.
#[track_caller]
fn check(case: &str) -> Vec<String> {
    // Tests run side by side already, and idle threads of libtorch wait in a busy loop.
    tch::set_num_threads(1);
    let fixture = json(case);
    let registry = invoke_nodes::registry().expect("the nodes agree");
    let catalogue: &Catalogue = registry.catalogue();
    let random = Arc::new(CountingRandom::default());
    let graph = validate(&fixture["graph"], catalogue, &*random).expect("the graph is valid");
    let mut session = Session::new(graph, "session".to_owned(), &*random);
    let host = Arc::new(TestHost::new(&fixture));
    let services = Services::new(Device::Cpu, 1 << 30, random.clone());
    let mut context = Context::new(Arc::new(services), host.clone());
    let mut watch = Watch::default();
    let outcome = run_session(&mut session, &registry, &mut context, &mut watch, &*random);
    assert_eq!(outcome, Outcome::Completed, "{:?}", watch.failure);

    let theirs = fixture["results"].as_object().expect("results by node");
    assert_eq!(watch.results.len(), theirs.len());
    for (node, theirs) in theirs {
        assert_eq!(comparable(&watch.results[node]), comparable(theirs), "{node}");
    }
    let stored = host.stored.lock();
    let output = &watch.results[fixture["output"].as_str().expect("a node")];
    let image = &stored[output["image"]["image_name"].as_str().expect("a name")];
    assert_eq!(image.metadata.as_ref().unwrap_or(&Value::Null), &fixture["metadata"]);

    let theirs = picture(&steered(&format!("{case}.png")));
    assert_eq!((image.width, image.height), (theirs.width(), theirs.height()));
    assert_eq!(image.mode.as_str(), theirs.mode().as_str());
    let distances = image.pixels.iter().zip(theirs.data()).map(|(a, b)| u64::from(a.abs_diff(*b)));
    let mean = distances.clone().sum::<u64>() as f64 / image.pixels.len() as f64;
    let most = distances.max().unwrap_or(0);
    eprintln!("{case}: mean difference {mean}, largest {most}");
    // Less than is promised elsewhere, so that what steers weakly has to be right as well.
    assert!(mean < 0.2, "{case}: pixels differ by {mean} on average, {most} at most");
    std::mem::take(&mut *host.said.lock())
}

#[test]
fn several_loras_at_once() {
    let said = check("loras-collected");
    let loading: Vec<_> = said.iter().filter(|said| said.starts_with("Loading model")).collect();
    let expected = ["tiny-sd15 (text_encoder)", "tiny-sd15 (tokenizer)", "kohya", "lycoris"];
    assert_eq!(loading[..4], expected.map(|model| format!("Loading model {model}")).each_ref()[..]);
}

#[test]
fn loras_one_after_the_other() {
    check("loras-in-a-row");
}

#[test]
fn a_picture_enlarged_from_the_viewer() {
    let said = check("viewer-postprocess-upscale");
    let tiles: Vec<_> = said.iter().filter(|said| said.starts_with("Processing")).collect();
    assert_eq!(tiles, ["Processing tile 0/1", "Processing tile 1/1"]);
}

#[test]
fn a_picture_enlarged_to_a_size() {
    let said = check("autoscaled");
    let tiles: Vec<_> = said.iter().filter(|said| said.starts_with("Processing")).collect();
    assert_eq!(tiles.first().map(|said| said.as_str()), Some("Processing iteration 1"));
    assert_eq!(tiles.last().map(|said| said.as_str()), Some("Processing iteration 1, tile 4/4"));
}

#[test]
fn words_learnt_from_pictures() {
    let said = check("textual-inversion");
    for name in ["frost", "moss", "ember"] {
        assert!(said.contains(&format!("Loading model {name}")), "{name}");
    }
}

#[test]
fn a_lora_on_a_picture_whose_edges_meet() {
    check("generate-sd15-negative-lora");
}

#[test]
fn a_lora_for_sdxl() {
    check("generate-sdxl-lora");
}

#[test]
fn a_controlnet() {
    check("canvas-sd15-controlnet");
}

#[test]
fn a_controlnet_that_leaves_more_to_the_prompt() {
    check("control-more-prompt");
}

#[test]
fn a_controlnet_for_one_side_of_the_guidance_in_half_of_the_steps() {
    check("control-more-control");
}

#[test]
fn an_unbalanced_controlnet() {
    check("control-unbalanced");
}

#[test]
fn control_images_are_fitted_to_the_picture() {
    for way in ["just", "crop", "fill"] {
        check(&format!("control-{way}-resize"));
    }
}

#[test]
fn a_t2i_adapter() {
    check("canvas-sd15-t2i-adapter");
}

#[test]
fn a_t2i_adapter_in_a_part_of_the_run() {
    check("t2i-part-of-the-run");
}

#[test]
fn a_picture_as_a_prompt() {
    check("generate-sd15-ip-adapter");
}

#[test]
fn the_style_of_a_picture() {
    check("ip-style");
}

#[test]
fn the_composition_of_a_picture() {
    check("ip-composition");
}

#[test]
fn the_style_of_a_picture_and_nothing_of_its_composition() {
    check("ip-style-precise");
}
