//! Picture, mask and tile nodes against what the reference's own give (`xtask/fixtures/picture_nodes.py`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_engine::device::Device;
use invoke_engine::{Kind, Tensor};
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{Host, LoadedImage, Outcome, PixelMode, Registry, Session, run_session, validate};
use invoke_graph::{NodeError, Observer, Prepared};
use invoke_imaging::{Mode, Pixels, png, shuffle};
use invoke_nodes::{Context, Services};
use serde_json::{Map, Value, json};

/// How far the mean sample may be from the reference's, in 255ths, for nodes that compute in floating point or whose colours
/// the reference takes from a table of Little CMS. All others are exact.
const TOLERANCES: &[(&str, f64)] = &[
    ("color_map", 0.1),
    ("create_gradient_mask", 0.1),
    ("expand_mask_with_fade", 0.1),
    ("heuristic_resize", 0.2),
    ("img_channel_multiply", 0.3),
    ("img_channel_offset", 0.3),
    ("img_hue_adjust_oklch", 0.1),
    ("img_watermark", 0.1),
    ("invokeai_ealightness", 1.0),
    ("invokeai_img_blend", 1.0),
    ("invokeai_img_dilate_erode", 0.1),
    ("invokeai_img_hue_adjust_plus", 0.5),
    ("invokeai_img_val_thresholds", 0.1),
    ("merge_tiles_to_image", 0.1),
    ("unsharp_mask_oklab", 0.1),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/nodes/pictures").join(name)
}

fn picture(name: &str) -> Pixels {
    let bytes = std::fs::read(fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    png::decode_bounded(&bytes, png::Limits::default()).unwrap().0
}

fn loaded(pixels: Pixels) -> LoadedImage {
    let mode = match pixels.mode() {
        Mode::L => PixelMode::L,
        Mode::Rgb => PixelMode::Rgb,
        Mode::Rgba => PixelMode::Rgba,
    };
    let (width, height) = (pixels.width(), pixels.height());
    LoadedImage { mode, width, height, pixels: pixels.into_data(), metadata: None }
}

fn kind_of(name: &str) -> Kind {
    match name {
        "torch.bool" => Kind::Bool,
        "torch.float32" => Kind::Float,
        other => panic!("no kind for {other}"),
    }
}

/// The tensor a fixture describes: its numbers, or which are true, as a picture.
fn tensor(name: &str, about: &Value) -> Tensor {
    let shape: Vec<i64> = serde_json::from_value(about["shape"].clone()).unwrap();
    let bytes = Tensor::from_slice(picture(name).data()).to_kind(Kind::Float) / 255.0;
    bytes.reshape(shape).to_kind(kind_of(about["kind"].as_str().unwrap()))
}

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

struct World {
    registry: Registry<Context>,
    host: Arc<MemoryHost>,
    tensors: Map<String, Value>,
}

impl World {
    fn new(tensors: Map<String, Value>) -> Self {
        Self { registry: invoke_nodes::registry().unwrap(), host: Arc::default(), tensors }
    }

    /// What one node gives, with the context it left.
    fn run(&self, kind: &str, inputs: &Value) -> Result<(Value, Context), String> {
        let registry = &self.registry;
        let random = Arc::new(CountingRandom::default());
        let services = Arc::new(Services::new(Device::Cpu, 0, random.clone()));
        let mut context = Context::new(services, self.host.clone());
        let mut node: Map<String, Value> = inputs.as_object().cloned().unwrap_or_default();
        if let Some(name) = inputs["mask"]["tensor_name"].as_str() {
            let kept = context.save_tensor(tensor(&format!("{name}.png"), &self.tensors[name]));
            node.insert("mask".to_owned(), json!({ "tensor_name": kept }));
        }
        node.insert("id".to_owned(), "node".into());
        node.insert("type".to_owned(), kind.into());
        let graph = json!({ "id": "graph", "nodes": { "node": node }, "edges": [] });
        let graph = validate(&graph, registry.catalogue(), &*random).map_err(|problems| format!("{problems:?}"))?;
        let mut session = Session::new(graph, "session".to_owned(), &*random);
        let mut last = Last::default();
        match run_session(&mut session, registry, &mut context, &mut last, &*random) {
            Outcome::Completed => last.0.map(|output| (output, context)).ok_or_else(|| "no output".to_owned()),
            other => Err(format!("{other:?}: {:?}", last.1)),
        }
    }

    /// Mean difference of two pictures in 255ths, or what sets them apart.
    fn difference(&self, ours: &str, theirs: &str) -> Result<f64, String> {
        let image = self.host.load_image(ours).map_err(|error| error.to_string())?;
        let known = fixture(theirs).exists();
        let theirs = picture(&if known { theirs.to_owned() } else { format!("{theirs}.png") });
        let shape = (image.mode.as_str(), image.width, image.height);
        let expected = (theirs.mode().as_str(), theirs.width(), theirs.height());
        if shape != expected {
            return Err(format!("{shape:?} rather than {expected:?}"));
        }
        Ok(mean_difference(&image.pixels, theirs.data()))
    }

    /// The largest mean difference of all pictures and tensors named by an output, or where it differs otherwise.
    fn compare(&self, ours: &Value, theirs: &Value, context: &Context, about: &Value) -> Result<f64, String> {
        match (ours, theirs) {
            (Value::Object(ours), Value::Object(theirs)) => {
                let mut worst: f64 = 0.0;
                let keys: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
                for key in keys {
                    let [ours, theirs] = [ours, theirs].map(|fields| fields.get(key).unwrap_or(&Value::Null));
                    let difference = match (key.as_str(), ours.as_str(), theirs.as_str()) {
                        ("image_name", Some(ours), Some(theirs)) => self.difference(ours, theirs)?,
                        ("tensor_name" | "mask_name", Some(ours), Some(theirs)) => {
                            let kept = context.tensor(ours).map_err(|error| error.to_string())?;
                            let expected = tensor(theirs, &about[theirs]);
                            if (kept.kind(), kept.size()) != (expected.kind(), expected.size()) {
                                return Err(format!("{kept:?} rather than {expected:?}"));
                            }
                            let difference = kept.to_kind(Kind::Float) - expected.to_kind(Kind::Float);
                            difference.abs().mean(Kind::Float).double_value(&[]) * 255.0
                        }
                        _ => self.compare(ours, theirs, context, about)?,
                    };
                    worst = worst.max(difference);
                }
                Ok(worst)
            }
            (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
                let items = ours.iter().zip(theirs).map(|(ours, theirs)| self.compare(ours, theirs, context, about));
                items.collect::<Result<Vec<_>, _>>().map(|items| items.into_iter().fold(0.0, f64::max))
            }
            _ if ours == theirs => Ok(0.0),
            _ => Err(format!("{ours} rather than {theirs}")),
        }
    }
}

fn mean_difference(ours: &[u8], theirs: &[u8]) -> f64 {
    let sum: u64 = ours.iter().zip(theirs).map(|(ours, theirs)| u64::from(ours.abs_diff(*theirs))).sum();
    sum as f64 / ours.len().max(1) as f64
}

#[test]
fn pictures_are_those_of_the_reference() {
    let text = std::fs::read_to_string(fixture("rows.json")).unwrap();
    let fixtures: Value = serde_json::from_str(&text).unwrap();
    let world = World::new(fixtures["tensors"].as_object().unwrap().clone());
    for name in fixtures["pictures"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        world.host.add_image(name, loaded(picture(&format!("{name}.png"))));
    }
    let rows = fixtures["rows"].as_array().unwrap();
    assert!(rows.len() > 900, "the fixture holds only {} rows", rows.len());
    let mut worst: BTreeMap<&str, f64> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        let (kind, inputs, theirs) = (row["type"].as_str().unwrap(), &row["inputs"], &row["gives"]);
        let ours = world.run(kind, inputs);
        let result = match (ours, theirs) {
            (Ok(_), Value::Null) => Err("fails in the reference".to_owned()),
            (Err(_), Value::Null) => Ok(0.0),
            (Err(error), _) => Err(format!("fails: {error}")),
            (Ok((ours, context)), theirs) => {
                let mut ours = ours;
                if let Some(fields) = ours.as_object_mut() {
                    fields.retain(|_, value| !value.is_null());
                }
                let mut expected = theirs["output"].clone();
                if let Some(fields) = expected.as_object_mut() {
                    fields.retain(|_, value| !value.is_null());
                }
                world.compare(&ours, &expected, &context, &theirs["tensors"])
            }
        };
        let allowed = TOLERANCES.iter().find(|(name, _)| *name == kind).map_or(0.0, |(_, allowed)| *allowed);
        match result {
            Ok(difference) if difference <= allowed => {
                let worst = worst.entry(kind).or_default();
                *worst = worst.max(difference);
            }
            Ok(difference) => wrong.push(format!("{kind} {inputs}: {difference:.3} / 255")),
            Err(what) => wrong.push(format!("{kind} {inputs}: {what}")),
        }
    }
    if std::env::var_os("SHOW_DIFFERENCES").is_some() {
        panic!("{worst:#?}\n{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn a_shuffle_with_the_same_random_numbers_is_that_of_the_reference() {
    let text = std::fs::read_to_string(fixture("shuffled.json")).unwrap();
    let [columns, rows]: [Vec<f64>; 2] = serde_json::from_str(&text).unwrap();
    let shuffled = shuffle::shuffle(&picture("rgb.png"), 9, &columns, &rows).unwrap();
    let difference = mean_difference(shuffled.data(), picture("shuffled.png").data());
    assert!(difference <= 0.5, "{difference} / 255");
}

#[test]
fn patches_fill_a_hole_about_as_well_as_those_of_the_reference() {
    let world = World::new(Map::new());
    let mut worse = Vec::new();
    for name in ["stripes", "grain", "sky", "bricks"] {
        // Below its transparency the picture still has the colours that were there.
        let whole = picture(&format!("texture_{name}.png"));
        world.host.add_image(name, loaded(whole.clone()));
        let inputs = json!({ "image": { "image_name": name } });
        let (ours, _) = world.run("infill_patchmatch", &inputs).unwrap();
        let ours = world.host.load_image(ours["image"]["image_name"].as_str().unwrap()).unwrap();
        assert_eq!((ours.mode, ours.width, ours.height), (PixelMode::Rgb, whole.width(), whole.height()));
        let theirs = picture(&format!("patched_{name}.png"));
        let (mut missed, mut missed_by_theirs, mut holes) = (0, 0, 0);
        let pixels = ours.pixels.chunks_exact(3).zip(theirs.data().chunks_exact(3)).zip(whole.data().chunks_exact(4));
        for ((ours, theirs), truth) in pixels {
            let miss = |pixel: &[u8]| pixel.iter().zip(truth).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
            if truth[3] == 255 {
                assert_eq!(miss(ours), 0, "{name}: what was there has changed");
                continue;
            }
            missed += miss(ours);
            missed_by_theirs += miss(theirs);
            holes += 3;
        }
        let (ours, theirs) = (missed as f64 / holes as f64, missed_by_theirs as f64 / holes as f64);
        eprintln!("{name}: {ours:.2} from the truth on average, theirs {theirs:.2}");
        if ours > theirs + 8.0 {
            worse.push(name);
        }
    }
    assert!(worse.is_empty(), "{worse:?}");
}
