//! Several devices work at once, and memory that does not suffice fails one item and no other.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_imaging::{Limits, png};
use invoke_tests::process::{ServerProcess, tiny_model};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::process::Command;

/// A server that computes on these devices, with the tiny model.
fn server(root: &std::path::Path, devices: &str) -> (ServerProcess, Value) {
    let yaml = format!(
        "schema_version: 4.0.3\nmultiuser: true\nstarter_model: false\nprecision: float32\ngeneration_devices: [{devices}]\n"
    );
    std::fs::write(root.join("invokeai.yaml"), yaml).unwrap();
    let mut server = ServerProcess::start(root);
    server.set_up_administrator();
    let model = server.install(&tiny_model());
    (server, model)
}

/// Text to image with this seed, size and number of steps.
fn generation(model: &Value, seed: u64, size: u64, steps: u64) -> Value {
    let edge = |from: &str, field: &str, to: &str, input: &str| json!({ "source": { "node_id": from, "field": field }, "destination": { "node_id": to, "field": input } });
    json!({
        "id": "g",
        "nodes": {
            "loader": { "type": "main_model_loader", "id": "loader", "model": model },
            "text": { "type": "compel", "id": "text", "prompt": "a red fox" },
            "noise": { "type": "noise", "id": "noise", "seed": seed, "width": size, "height": size },
            "denoise": { "type": "denoise_latents", "id": "denoise", "steps": steps, "cfg_scale": 3.0, "scheduler": "euler" },
            "decode": { "type": "l2i", "id": "decode", "fp32": true },
        },
        "edges": [
            edge("loader", "unet", "denoise", "unet"),
            edge("loader", "clip", "text", "clip"),
            edge("loader", "vae", "decode", "vae"),
            edge("text", "conditioning", "denoise", "positive_conditioning"),
            edge("text", "conditioning", "denoise", "negative_conditioning"),
            edge("noise", "noise", "denoise", "noise"),
            edge("denoise", "latents", "decode", "latents"),
        ],
    })
}

/// The picture a completed item made, as the bytes of its file without the metadata, which names the item.
fn picture(server: &ServerProcess, item: i64) -> Vec<u8> {
    let item = server.item(item);
    assert_eq!(item["status"], "completed", "{item}");
    let prepared = item["session"]["source_prepared_mapping"]["decode"][0].as_str().unwrap();
    let name = item["session"]["results"][prepared]["image"]["image_name"].as_str().unwrap();
    let file = server.get_bytes(&format!("/api/v1/images/i/{name}/full"));
    png::decode_bounded(&file, Limits::default()).unwrap().0.into_data()
}

#[test]
fn two_devices_run_two_items_at_once_with_the_pixels_of_one() {
    const ITEMS: u64 = 4;
    let run = |devices: &str| {
        let root = tempfile::tempdir().unwrap();
        let (server, model) = server(root.path(), devices);
        let mut events = server.listen();
        let items: Vec<i64> = (0..ITEMS).map(|seed| server.enqueue(&generation(&model, seed, 64, 12))).collect();
        // How many items are under way after each change of one.
        let (mut running, mut ended, mut most) = (HashSet::new(), 0, 0);
        while ended < items.len() {
            let event = events.next_event();
            if event.name != "queue_item_status_changed" {
                continue;
            }
            let item = event.data["item_id"].as_i64().unwrap();
            match event.data["status"].as_str().unwrap() {
                "in_progress" => _ = running.insert(item),
                "completed" | "failed" | "canceled" => {
                    running.remove(&item);
                    ended += 1;
                }
                _ => {}
            }
            most = most.max(running.len());
        }
        let pictures: Vec<_> = items.iter().map(|item| picture(&server, *item)).collect();
        (most, server.workers().len(), pictures)
    };
    let (most, workers, alone) = run("cpu");
    assert_eq!((most, workers), (1, 1));
    let (most, workers, together) = run("cpu, cpu");
    assert_eq!((most, workers), (2, 2));
    assert_ne!(alone[0], alone[1]);
    assert_eq!(together, alone);
}

#[test]
fn a_picture_too_large_for_the_memory_fails_with_need_and_limit_and_the_same_worker_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server(root.path(), "cpu");
    let mut events = server.listen();
    let mut run = |graph: &Value| {
        let item = server.enqueue(graph);
        events.until_item_ends(item);
        item
    };
    let before = run(&generation(&model, 1, 64, 2));
    assert_eq!(server.item(before)["status"], "completed");

    // Little more than it fills now: the noise of the large picture fits, the network's first layer does not.
    let worker = server.workers()[0];
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).unwrap();
    let data = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
    let kilobytes: u64 = data.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = (kilobytes + 96 * 1024) * 1024;
    let limited = Command::new("prlimit").args(["--pid", &worker.to_string(), &format!("--data={limit}")]).status();
    assert!(limited.unwrap().success());
    let item = run(&generation(&model, 1, 8192, 2));
    let failed = server.item(item);
    assert_eq!((&failed["status"], &failed["error_type"]), (&json!("failed"), &json!("OutOfMemoryError")), "{failed}");
    let message = failed["error_message"].as_str().unwrap();
    let limit = limit as f64 / f64::from(1 << 20);
    assert!(message.starts_with("out of memory: ") && message.contains(" MiB more were needed"), "{message}");
    assert!(message.contains(&format!("the limit is {limit:.1} MiB")), "{message}");

    let after = run(&generation(&model, 2, 64, 2));
    assert_eq!(server.item(after)["status"], "completed");
    assert_eq!(server.workers(), [worker]);
}
