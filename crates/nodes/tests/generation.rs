//! The graph the page sends, run in process, against what InvokeAI itself gave for it (`xtask/fixtures/reference_images.py`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_domain::{ModelKey, ModelRecord};
use invoke_engine::device::Device;
use invoke_graph::testing::CountingRandom;
use invoke_graph::{
    Catalogue, Host, HostError, LoadedImage, ModelInfo, NewImage, NodeError, Observer, Outcome, Prepared, Progress,
    Session, StoredImage, run_session, validate,
};
use invoke_imaging::{Limits, Pixels, png};
use invoke_nodes::{Context, Services};
use parking_lot::Mutex;
use serde_json::{Map, Value};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// A fixture, with the models where they are here.
fn json(name: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join("generation").join(name)).expect("the fixture is committed");
    let here = fixtures().to_string_lossy().into_owned();
    serde_json::from_str(&text.replace("{{FIXTURES}}", &here)).expect("the fixture is JSON")
}

/// One model, one kept picture, and everything the nodes said, in order.
struct TestHost {
    model: ModelInfo,
    stored: Mutex<Vec<NewImage>>,
    said: Mutex<Vec<String>>,
    steps_until_cancelled: Option<usize>,
}

impl TestHost {
    fn new(steps_until_cancelled: Option<usize>) -> Self {
        let config = json("model.json");
        let record = ModelRecord { key: ModelKey(config["key"].as_str().expect("a key").to_owned()), config };
        let path = PathBuf::from(record.path());
        let model = ModelInfo { record, path };
        Self { model, stored: Mutex::default(), said: Mutex::default(), steps_until_cancelled }
    }

    fn say(&self, what: String) {
        self.said.lock().push(what);
    }

    fn steps(&self) -> usize {
        self.said.lock().iter().filter(|said| said.starts_with("Denoising")).count()
    }
}

impl Host for TestHost {
    fn is_cancelled(&self) -> bool {
        self.steps_until_cancelled.is_some_and(|steps| self.steps() > steps)
    }

    fn progress(&self, progress: Progress) {
        let percentage = progress.percentage.map(|percentage| format!(" {percentage}")).unwrap_or_default();
        let preview = progress.preview.map(|preview| {
            assert_eq!(preview.jpeg[..3], [0xff, 0xd8, 0xff]);
            format!(" {}x{}", preview.width, preview.height)
        });
        self.say(format!("{}{percentage}{}", progress.message, preview.unwrap_or_default()));
    }

    fn model_loading(&self, _: &ModelInfo, part: Option<&str>) {
        self.say(format!("loading {}", part.unwrap_or_default()));
    }

    fn model_loaded(&self, _: &ModelInfo, part: Option<&str>) {
        self.say(format!("loaded {}", part.unwrap_or_default()));
    }

    fn store_image(&self, image: NewImage) -> Result<StoredImage, HostError> {
        let stored = StoredImage { name: "picture.png".to_owned(), width: image.width, height: image.height };
        self.stored.lock().push(image);
        Ok(stored)
    }

    fn load_image(&self, name: &str) -> Result<LoadedImage, HostError> {
        Err(HostError { kind: "PermissionError".to_owned(), message: name.to_owned() })
    }

    fn model(&self, key: &str) -> Result<ModelInfo, HostError> {
        assert_eq!(key, self.model.record.key.0);
        Ok(self.model.clone())
    }

    fn find_models(&self, _: &str, _: &str) -> Result<Vec<ModelRecord>, HostError> {
        Ok(Vec::new())
    }

    fn read_prompts(&self, path: &str) -> Result<String, HostError> {
        Err(HostError { kind: "FileNotFoundError".to_owned(), message: path.to_owned() })
    }
}

/// Says which node begins and ends, and keeps what each gave.
struct Watch<'a> {
    host: &'a TestHost,
    results: HashMap<String, Value>,
}

impl Observer for Watch<'_> {
    fn started(&mut self, node: &Prepared) {
        self.host.say(format!("started {}", node.kind()));
    }

    fn completed(&mut self, node: &Prepared, output: &Value) {
        self.host.say(format!("completed {}", node.kind()));
        self.results.insert(node.source_id.clone(), output.clone());
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        self.host.say(format!("failed {}: {error}", node.kind()));
    }
}

struct Run {
    outcome: Outcome,
    results: HashMap<String, Value>,
    said: Vec<String>,
    stored: Vec<NewImage>,
}

fn run(graph: &Value, steps_until_cancelled: Option<usize>) -> Run {
    // Tests run side by side already, and idle threads of libtorch wait in a busy loop.
    tch::set_num_threads(1);
    let registry = invoke_nodes::registry().expect("the nodes agree");
    let catalogue: &Catalogue = registry.catalogue();
    let random = Arc::new(CountingRandom::default());
    let graph = validate(graph, catalogue, &*random).expect("the graph is valid");
    let mut session = Session::new(graph, "session".to_owned(), &*random);
    let host = Arc::new(TestHost::new(steps_until_cancelled));
    let services = Services::new(Device::Cpu, 1 << 30, random.clone());
    let mut context = Context::new(Arc::new(services), host.clone());
    let mut watch = Watch { host: &host, results: HashMap::new() };
    let outcome = run_session(&mut session, &registry, &mut context, &mut watch, &*random);
    let results = watch.results;
    let (said, stored) = (std::mem::take(&mut *host.said.lock()), std::mem::take(&mut *host.stored.lock()));
    Run { outcome, results, said, stored }
}

/// Without what is null (the reference's answer leaves it out) and with every name made anew each time blanked.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let blank = |key: &str, value: &Value| match key {
                "latents_name" => Value::from("Tensor_…"),
                "conditioning_name" => "ConditioningFieldData_…".into(),
                "image_name" => "….png".into(),
                _ => comparable(value),
            };
            fields.map(|(key, value)| (key.clone(), blank(key, value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

#[track_caller]
fn check(case: &str) {
    let fixture = json(&format!("{case}.json"));
    let run = run(&fixture["graph"], None);
    assert_eq!(run.outcome, Outcome::Completed, "{:?}", run.said.last());

    let theirs = fixture["results"].as_object().expect("results by node");
    assert_eq!(run.results.len(), theirs.len());
    for (node, theirs) in theirs {
        assert_eq!(comparable(&run.results[node]), comparable(theirs), "{node}");
    }

    let [image] = run.stored.as_slice() else { panic!("{} pictures", run.stored.len()) };
    assert_eq!(image.metadata.as_ref(), Some(&fixture["metadata"]));
    assert!(!image.is_intermediate);
    assert_pictured(case, image);
}

/// The picture is the reference's to rounding.
#[track_caller]
fn assert_pictured(case: &str, image: &NewImage) {
    let file = std::fs::read(fixtures().join(format!("generation/{case}.png"))).expect("the picture is committed");
    let (theirs, _): (Pixels, _) = png::decode_bounded(&file, Limits::KEPT_FILES).expect("the picture is a PNG");
    assert_eq!((image.width, image.height), (theirs.width(), theirs.height()));
    assert_eq!(image.mode.as_str(), theirs.mode().as_str());
    let distances = image.pixels.iter().zip(theirs.data()).map(|(a, b)| u64::from(a.abs_diff(*b)));
    let mean = distances.clone().sum::<u64>() as f64 / image.pixels.len() as f64;
    let most = distances.max().unwrap_or(0);
    eprintln!("{case}: mean difference {mean}, largest {most}");
    assert!(mean < 1.0, "{case}: pixels differ by {mean} on average, {most} at most");
}

#[test]
fn every_scheduler_paints_the_references_picture() {
    for name in invoke_engine::schedulers::NAMES {
        let mut graph = json("euler-64.json")["graph"].clone();
        let nodes = graph["nodes"].as_object_mut().expect("nodes by id");
        for node in nodes.values_mut().filter(|node| node.get("scheduler").is_some()) {
            node["scheduler"] = name.into();
            node["steps"] = 6.into();
        }
        let run = run(&graph, None);
        assert_eq!(run.outcome, Outcome::Completed, "{name}: {:?}", run.said.last());
        let [image] = run.stored.as_slice() else { panic!("{} pictures", run.stored.len()) };
        assert_pictured(&format!("scheduler-{name}"), image);
    }
}

#[test]
fn euler() {
    check("euler-64");
}

#[test]
fn ddim() {
    check("ddim-128");
}

#[test]
fn dpmpp_3m_with_karras_noise() {
    check("dpmpp_3m_k-128");
}

#[test]
fn weights_a_skipped_layer_and_rescaled_guidance() {
    check("weighted-128x96");
}

#[test]
fn a_long_prompt_beside_a_short_one() {
    check("long-64");
}

#[test]
fn a_blend() {
    check("blend-64");
}

#[test]
fn no_guidance() {
    check("no-guidance-64");
}

#[test]
fn what_happens_is_told_in_the_order_of_the_reference() {
    let run = run(&json("euler-64.json")["graph"], None);
    let from = |what: &str| run.said.iter().position(|said| said == what).unwrap();
    let model = |part: &str| {
        vec![format!("Loading model tiny-sd15 ({part})"), format!("loading {part}"), format!("loaded {part}")]
    };
    let compel = [
        vec!["started compel".to_owned()],
        model("text_encoder"),
        model("tokenizer"),
        vec!["Building conditioning".to_owned(), "completed compel".to_owned()],
    ]
    .concat();
    assert_eq!(run.said[from("started compel")..][..compel.len()], compel);
    let denoise = [
        vec!["started denoise_latents".to_owned()],
        model("unet"),
        model("scheduler"),
        (0..=10).map(|step| format!("Denoising {} 64x64", f64::from(step) / 10.0)).collect(),
        vec!["completed denoise_latents".to_owned()],
    ]
    .concat();
    assert_eq!(run.said[from("started denoise_latents")..][..denoise.len()], denoise);
    let decode = [
        vec!["started l2i".to_owned()],
        model("vae"),
        ["Running VAE decoder", "Saving image", "completed l2i"].map(str::to_owned).to_vec(),
    ]
    .concat();
    assert_eq!(run.said[from("started l2i")..], decode);
}

#[test]
fn a_cancelled_run_ends_within_a_step() {
    let run = run(&json("euler-64.json")["graph"], Some(3));
    assert_eq!(run.outcome, Outcome::Canceled);
    let steps = run.said.iter().filter(|said| said.starts_with("Denoising")).count();
    assert_eq!((steps, run.stored.len()), (4, 0));
}

#[test]
fn what_is_not_supported_yet_is_named() {
    let mut graph = json("euler-64.json")["graph"].clone();
    let nodes = graph["nodes"].as_object_mut().expect("nodes");
    let noise = nodes.values_mut().find(|node| node["type"] == "noise").expect("the node");
    noise["noise_type"] = "FLUX".into();
    let Outcome::Failed(failure) = run(&graph, None).outcome else { panic!("it ran") };
    assert_eq!(failure.kind, "NotImplementedError");
    assert_eq!(
        failure.message,
        "Not supported yet: noise for other architectures than Stable Diffusion (`noise_type`)"
    );
}
