//! The small model that comes with the product: it is there at the first start, draws what is asked for, and goes for good when it
//! is deleted. Painting into a picture, a LoRA and a ControlNet do to its pictures what they are for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_imaging::{Limits, Mode, Pixels, png};
use invoke_tests::events::Listener;
use invoke_tests::process::ServerProcess;
use serde_json::{Value, json};
use std::path::Path;

const SIDE: u32 = 64;
const RED: [u8; 3] = [214, 40, 40];
const BLUE: [u8; 3] = [36, 92, 214];
const YELLOW: [u8; 3] = [250, 212, 32];
const BLACK: [u8; 3] = [20, 20, 22];
const NAMED: [[u8; 3]; 4] = [RED, BLUE, YELLOW, BLACK];

/// A server as somebody starts it who has changed nothing but what tests need.
fn first_start(root: &Path) -> ServerProcess {
    let yaml = "schema_version: 4.0.3\nmultiuser: true\nprecision: float32\ngeneration_devices: [cpu]\n";
    std::fs::write(root.join("invokeai.yaml"), yaml).unwrap();
    let mut server = ServerProcess::start(root);
    server.set_up_administrator();
    server
}

fn models(server: &ServerProcess) -> Vec<Value> {
    server.get("/api/v2/models/")["models"].as_array().unwrap().clone()
}

fn of_type<'a>(models: &'a [Value], kind: &str) -> &'a Value {
    models.iter().find(|model| model["type"] == kind).unwrap_or_else(|| panic!("no {kind} among {models:?}"))
}

/// A text-to-image graph of the base model's own settings.
struct Graph {
    nodes: Value,
    edges: Vec<Value>,
}

impl Graph {
    fn new(main: &Value, prompt: &str) -> Self {
        let settings = &main["default_settings"];
        let nodes = json!({
            "model": { "type": "main_model_loader", "model": main },
            "positive": { "type": "compel", "prompt": prompt },
            "negative": { "type": "compel", "prompt": "" },
            "noise": { "type": "noise", "seed": 7, "width": settings["width"], "height": settings["height"] },
            "denoise": {
                "type": "denoise_latents", "steps": settings["steps"], "cfg_scale": settings["cfg_scale"],
                "scheduler": settings["scheduler"],
            },
            "picture": { "type": "l2i", "is_intermediate": false },
        });
        let graph = Self { nodes, edges: Vec::new() };
        graph
            .edge("model.clip", "positive.clip")
            .edge("model.clip", "negative.clip")
            .edge("model.vae", "picture.vae")
            .edge("positive.conditioning", "denoise.positive_conditioning")
            .edge("negative.conditioning", "denoise.negative_conditioning")
            .edge("noise.noise", "denoise.noise")
            .edge("denoise.latents", "picture.latents")
    }

    fn node(mut self, id: &str, node: Value) -> Self {
        self.nodes[id] = node;
        self
    }

    fn edge(mut self, from: &str, to: &str) -> Self {
        let end = |text: &str| {
            let (node, field) = text.split_once('.').unwrap();
            json!({ "node_id": node, "field": field })
        };
        self.edges.push(json!({ "source": end(from), "destination": end(to) }));
        self
    }

    fn paint(mut self, server: &ServerProcess, events: &mut Listener) -> Picture {
        for (id, node) in self.nodes.as_object_mut().unwrap() {
            node["id"] = json!(id);
        }
        let graph = json!({ "id": "starter", "nodes": self.nodes, "edges": self.edges });
        let id = server.enqueue(&graph);
        events.until_item_ends(id);
        let item = server.item(id);
        assert_eq!(item["status"], "completed", "{}", item["error_message"]);
        let session = &item["session"];
        let mapping = session["prepared_source_mapping"].as_object().unwrap();
        let prepared = mapping.iter().find(|(_, source)| **source == "picture").unwrap().0;
        let name = session["results"][prepared]["image"]["image_name"].as_str().unwrap().to_owned();
        let file = server.get_bytes(&format!("/api/v1/images/i/{name}/full"));
        Picture { name, pixels: png::decode_bounded(&file, Limits::default()).unwrap().0 }
    }
}

struct Picture {
    name: String,
    pixels: Pixels,
}

impl Picture {
    /// The mean colour of the square of `side` pixels around a place.
    fn around(&self, (x, y): (u32, u32), side: u32) -> [u8; 3] {
        assert_eq!((self.pixels.width(), self.pixels.mode()), (SIDE, Mode::Rgb));
        let mut sums = [0u32; 3];
        for row in y - side / 2..y + side / 2 {
            for column in x - side / 2..x + side / 2 {
                let start = ((row * SIDE + column) * 3) as usize;
                for (sum, value) in sums.iter_mut().zip(&self.pixels.data()[start..start + 3]) {
                    *sum += u32::from(*value);
                }
            }
        }
        sums.map(|sum| u8::try_from(sum / (side * side)).unwrap())
    }

    fn centre(&self) -> [u8; 3] {
        self.around((SIDE / 2, SIDE / 2), 8)
    }

    /// The four corners.
    fn corners(&self) -> [[u8; 3]; 4] {
        [(4, 4), (SIDE - 4, 4), (4, SIDE - 4), (SIDE - 4, SIDE - 4)].map(|place| self.around(place, 8))
    }
}

/// Which of the named colours is nearest.
fn named(colour: [u8; 3]) -> [u8; 3] {
    let distance =
        |named: &[u8; 3]| -> u32 { named.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    NAMED.into_iter().min_by_key(distance).unwrap()
}

/// A picture of one colour with a rectangle of another, uploaded; its name.
fn upload(server: &ServerProcess, ground: [u8; 3], rectangle: [u32; 4], colour: [u8; 3]) -> String {
    let [left, top, right, bottom] = rectangle;
    let inside = |x: u32, y: u32| (left..right).contains(&x) && (top..bottom).contains(&y);
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    let data = places.flat_map(|(x, y)| if inside(x, y) { colour } else { ground }).collect();
    let pixels = Pixels::new(Mode::Rgb, SIDE, SIDE, data).unwrap();
    let file = png::encode(&pixels, 1, &[]).unwrap();
    let uploaded = server.caller().upload("image_category=user&is_intermediate=false", file, "image/png");
    uploaded.ok()["image_name"].as_str().unwrap().to_owned()
}

#[test]
fn it_is_there_at_the_first_start_and_deleted_it_does_not_come_back() {
    let root = tempfile::tempdir().unwrap();
    let server = first_start(root.path());
    let found = models(&server);
    for (kind, format) in [("main", "diffusers"), ("lora", "lycoris"), ("controlnet", "diffusers")] {
        let model = of_type(&found, kind);
        assert_eq!((&model["base"], &model["format"]), (&json!("sd-1"), &json!(format)), "{kind}");
    }
    assert_eq!(found.len(), 3);
    for model in &found {
        server.delete(&format!("/api/v2/models/i/{}", model["key"].as_str().unwrap()));
        assert!(!root.path().join("models").join(model["key"].as_str().unwrap()).exists());
    }
    server.stop();
    let mut server = ServerProcess::start(root.path());
    server.sign_in();
    assert_eq!(models(&server), [] as [Value; 0]);
}

#[test]
fn it_draws_what_is_asked_and_what_changes_a_picture_changes_its_pictures() {
    let root = tempfile::tempdir().unwrap();
    let server = first_start(root.path());
    let found = models(&server);
    let (main, mut events) = (of_type(&found, "main"), server.listen());
    let red_on_blue = "a red circle on a blue background";

    let plain = Graph::new(main, red_on_blue).edge("model.unet", "denoise.unet").paint(&server, &mut events);
    assert_eq!((named(plain.centre()), plain.corners().map(named)), (RED, [BLUE; 4]), "{:?}", plain.centre());

    // Only the middle may change: what is painted there is new, what lies around it is what was.
    let mask = upload(&server, [255; 3], [12, 12, 52, 52], [0; 3]);
    let inpainted = Graph::new(main, "a yellow square on a blue background")
        .node("encode", json!({ "type": "i2l", "image": { "image_name": plain.name } }))
        .node("mask", json!({ "type": "create_denoise_mask", "mask": { "image_name": mask } }))
        .edge("model.unet", "denoise.unet")
        .edge("model.vae", "encode.vae")
        .edge("model.vae", "mask.vae")
        .edge("encode.latents", "denoise.latents")
        .edge("mask.denoise_mask", "denoise.denoise_mask")
        .paint(&server, &mut events);
    assert_eq!((named(inpainted.centre()), inpainted.corners().map(named)), (YELLOW, [BLUE; 4]));
    for (now, before) in inpainted.corners().iter().flatten().zip(plain.corners().iter().flatten()) {
        assert!(now.abs_diff(*before) < 24, "around the mask {before} became {now}");
    }

    let lora = of_type(&found, "lora");
    let night = Graph::new(main, red_on_blue)
        .node("lora", json!({ "type": "lora_loader", "lora": lora, "weight": 1.0 }))
        .edge("model.unet", "lora.unet")
        .edge("lora.unet", "denoise.unet")
        .paint(&server, &mut events);
    assert_eq!((named(night.centre()), night.corners().map(named)), (RED, [BLACK; 4]));

    // The prompt asks for a square in the middle, and the edges show one on the left.
    let edges = upload(&server, [0; 3], [4, 20, 28, 44], [255; 3]);
    let controlled = Graph::new(main, "a red square on a blue background")
        .node("edges", json!({ "type": "canny_edge_detection", "image": { "image_name": edges } }))
        .node(
            "control",
            json!({ "type": "controlnet", "control_model": of_type(&found, "controlnet"), "control_weight": 1.0 }),
        )
        .edge("edges.image", "control.image")
        .edge("control.control", "denoise.control")
        .edge("model.unet", "denoise.unet")
        .paint(&server, &mut events);
    let places = [(16, 32), (42, 32), (16, 10), (16, 54)].map(|place| named(controlled.around(place, 8)));
    assert_eq!((places, controlled.corners().map(named)), ([RED, BLUE, BLUE, BLUE], [BLUE; 4]));
}
