//! Stable Diffusion 2, XL and its refiner through the whole product: installed by folder, recognised, run by the real worker, with
//! the pictures InvokeAI makes of the same graphs (`xtask/fixtures/reference_families.py`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_imaging::{Limits, Pixels, png};
use invoke_tests::process::ServerProcess;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The small models have narrow prompts; installers tell families apart by the real ones' width.
const MODELS: [(&str, u64, &str); 3] =
    [("tiny-sdxl", 2048, "sdxl"), ("tiny-sdxl-refiner", 1280, "sdxl-refiner"), ("tiny-sd2", 1024, "sd-2")];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
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

/// Installs a copy of a small model, the width of its prompt being the real one's meanwhile.
fn install(server: &ServerProcess, root: &Path, name: &str, width: u64) -> Value {
    let folder = root.join("sources").join(name);
    copy(&fixtures().join("models").join(name), &folder);
    let file = folder.join("unet/config.json");
    let own = std::fs::read_to_string(&file).unwrap();
    let mut config: Value = serde_json::from_str(&own).unwrap();
    config["cross_attention_dim"] = json!(width);
    std::fs::write(&file, config.to_string()).unwrap();
    let record = server.install(&folder);
    std::fs::write(&file, own).unwrap();
    record
}

/// A case's graph, with our models and pictures in place of the reference's, and the node whose picture is the result.
fn graph(case: &str, models: &[Value], picture: &str) -> (Value, String) {
    let file = fixtures().join(format!("generation/families/{case}.json"));
    let case: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut text = case["graph"].to_string().replace("picture.png", picture);
    for theirs in case["models"].as_array().unwrap() {
        let ours = models.iter().find(|ours| ours["base"] == theirs["base"]).unwrap();
        text = text.replace(theirs["key"].as_str().unwrap(), ours["key"].as_str().unwrap());
    }
    (serde_json::from_str(&text).unwrap(), case["output"].as_str().unwrap().to_owned())
}

fn decoded(file: &[u8]) -> Pixels {
    png::decode_bounded(file, Limits::default()).unwrap().0
}

#[test]
fn every_family_paints_what_the_reference_paints() {
    let root = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(root.path());
    server.set_up_administrator();
    let models: Vec<Value> = MODELS
        .iter()
        .map(|(name, width, base)| {
            let record = install(&server, root.path(), name, *width);
            assert_eq!((&record["type"], &record["base"]), (&json!("main"), &json!(base)), "{name}");
            record
        })
        .collect();
    let picture = std::fs::read(fixtures().join("generation/families/inputs/picture.png")).unwrap();
    let uploaded = server.caller().upload("image_category=user&is_intermediate=false", picture, "image/png");
    let picture = uploaded.ok()["image_name"].as_str().unwrap().to_owned();

    let mut events = server.listen();
    for case in ["sdxl-txt2img", "sdxl-img2img", "sdxl-refined", "sd2"] {
        let (graph, output) = graph(case, &models, &picture);
        let id = server.enqueue(&graph);
        events.until_item_ends(id);
        let item = server.item(id);
        assert_eq!(item["status"], "completed", "{case}: {}", item["error_message"]);
        let session = &item["session"];
        let mapping = session["prepared_source_mapping"].as_object().unwrap();
        let prepared = mapping.iter().find(|(_, source)| **source == output).unwrap().0;
        let name = session["results"][prepared]["image"]["image_name"].as_str().unwrap();
        let ours = decoded(&server.get_bytes(&format!("/api/v1/images/i/{name}/full")));
        let theirs = decoded(&std::fs::read(fixtures().join(format!("generation/families/{case}.png"))).unwrap());
        assert_eq!((ours.width(), ours.height(), ours.mode()), (theirs.width(), theirs.height(), theirs.mode()));
        let distances = ours.data().iter().zip(theirs.data()).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = distances.sum::<u64>() as f64 / ours.data().len() as f64;
        assert!(mean < 1.0, "{case}: pixels differ by {mean} on average");
    }
}
