//! The whole product at work: the real server and the real worker, a tiny model, a picture; and what happens when
//! something is killed or broken on the way.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::process::{ServerProcess, is_alive, tiny_model};
use serde_json::{Value, json};
use std::path::Path;

/// A server with an administrator and the tiny model.
fn server_with_model(root: &Path) -> (ServerProcess, Value) {
    let mut server = ServerProcess::start(root);
    server.set_up_administrator();
    let model = server.install(&tiny_model());
    (server, model)
}

/// The graph the official pages send for a text prompt, with this model, size and number of steps.
fn official_graph(model: &Value, steps: u64, scheduler: &str) -> Value {
    let recorded = include_str!("../fixtures/reference/graphs/generate-sd15-txt2img.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let mut graph = recorded["body"]["batch"]["graph"].clone();
    for node in graph["nodes"].as_object_mut().unwrap().values_mut() {
        match node["type"].as_str().unwrap() {
            "main_model_loader" => node["model"] = model.clone(),
            "noise" => (node["width"], node["height"]) = (json!(64), json!(64)),
            "denoise_latents" => (node["steps"], node["scheduler"]) = (json!(steps), json!(scheduler)),
            "core_metadata" => node["model"] = model.clone(),
            "string" => node["value"] = json!("a red fox in the snow"),
            "integer" => node["value"] = json!(42),
            _ => {}
        }
    }
    graph
}

#[test]
fn the_official_pages_request_becomes_a_picture_with_metadata_and_thumbnail() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server_with_model(root.path());
    let recorded = include_str!("../fixtures/reference/graphs/generate-sd15-txt2img.json");
    let mut body = serde_json::from_str::<Value>(recorded).unwrap()["body"].clone();
    body["batch"]["graph"] = official_graph(&model, 8, "dpmpp_3m_k");
    let mut events = server.listen();
    let id = server.post("/api/v1/queue/default/enqueue_batch", &body)["item_ids"][0].as_i64().unwrap();
    let heard = events.until_item_ends(id);

    let item = server.item(id);
    assert_eq!(item["status"], "completed", "{item}");
    let images = server.get("/api/v1/images/?is_intermediate=false");
    assert_eq!(images["total"], 1);
    let image = &images["items"][0];
    assert_eq!(
        (&image["width"], &image["height"], &image["image_category"]),
        (&json!(64), &json!(64), &json!("general"))
    );
    let name = image["image_name"].as_str().unwrap();
    let metadata = server.get(&format!("/api/v1/images/i/{name}/metadata"));
    assert_eq!(metadata["positive_prompt"], "a red fox in the snow, highly detailed");
    assert_eq!((&metadata["seed"], &metadata["scheduler"]), (&json!(42), &json!("dpmpp_3m_k")));
    let png = server.get_bytes(&format!("/api/v1/images/i/{name}/full"));
    assert!(png.starts_with(b"\x89PNG") && root.path().join("outputs/images").join(name).exists());
    let thumbnail = server.get_bytes(&format!("/api/v1/images/i/{name}/thumbnail"));
    assert_eq!((&thumbnail[..4], &thumbnail[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));

    let names: Vec<&str> = heard.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names[..2], ["batch_enqueued", "queue_item_status_changed"]);
    let denoising: Vec<_> = heard.iter().filter(|event| event.data["message"] == "Denoising").collect();
    let fractions: Vec<f64> = denoising.iter().map(|event| event.data["percentage"].as_f64().unwrap()).collect();
    assert_eq!(fractions, (0..=8).map(|step| f64::from(step) / 8.0).collect::<Vec<_>>());
    assert!(denoising[8].data["image"]["dataURL"].as_str().unwrap().starts_with("data:image/jpeg;base64,"));
    assert_eq!((&denoising[8].data["image"]["width"], &denoising[8].data["image"]["height"]), (&json!(64), &json!(64)));
    for node in item["session"]["source_prepared_mapping"].as_object().unwrap().keys() {
        let of_node =
            |name: &str| heard.iter().position(|e| e.name == name && e.data["invocation_source_id"] == node.as_str());
        assert!(of_node("invocation_started") < of_node("invocation_complete"), "{node} did not start and complete");
    }
}

#[test]
fn killing_the_server_loses_no_item_and_leaves_no_worker() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server_with_model(root.path());
    let mut events = server.listen();
    let running = server.enqueue(&official_graph(&model, 300, "euler"));
    let waiting = server.enqueue(&official_graph(&model, 2, "euler"));
    events.until(|event| event.name == "invocation_progress" && event.data["message"] == "Denoising");
    let workers = server.workers();
    assert_eq!(workers.len(), 1);
    server.kill();

    let mut server = ServerProcess::start(root.path());
    server.sign_in();
    server.until("the orphan worker to end", || (!is_alive(workers[0])).then_some(()));
    let mut events = server.listen();
    for id in [running, waiting] {
        if !["completed", "failed"].contains(&server.item(id)["status"].as_str().unwrap()) {
            events.until_item_ends(id);
        }
        assert_eq!(server.item(id)["status"], "completed");
    }
    drop(server);
    let database = integrity_check(&root.path().join("databases/invokeai.db"));
    assert_eq!(database, "ok");
}

/// What SQLite's own check says about a database, asked of the `sqlite3` module of Python, which every test machine has.
fn integrity_check(path: &Path) -> String {
    let script =
        "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone()[0])";
    let output = std::process::Command::new("python3").args(["-c", script]).arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn killing_the_worker_fails_its_item_and_the_next_one_runs() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server_with_model(root.path());
    let mut events = server.listen();
    let victim = server.enqueue(&official_graph(&model, 300, "euler"));
    let next = server.enqueue(&official_graph(&model, 2, "euler"));
    events.until(|event| event.name == "invocation_progress" && event.data["message"] == "Denoising");
    let worker = server.workers()[0];
    std::process::Command::new("kill").args(["-9", &worker.to_string()]).status().unwrap();
    assert_eq!(server.get("/api/v1/app/version")["version"].as_str().map(str::is_empty), Some(false));
    events.until_item_ends(victim);
    let item = server.item(victim);
    assert_eq!((&item["status"], &item["error_type"]), (&json!("failed"), &json!("WorkerDied")), "{item}");
    events.until_item_ends(next);
    assert_eq!(server.item(next)["status"], "completed");
    assert_ne!(server.workers(), vec![worker]);
}

#[test]
fn canceling_a_running_item_stops_it_within_a_step() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server_with_model(root.path());
    let mut events = server.listen();
    let long = server.enqueue(&official_graph(&model, 300, "euler"));
    let next = server.enqueue(&official_graph(&model, 2, "ddim"));
    events.until(|event| event.name == "invocation_progress" && event.data["message"] == "Denoising");
    server.put(&format!("/api/v1/queue/default/i/{long}/cancel"));
    events.until_item_ends(long);
    assert_eq!(server.item(long)["status"], "canceled");
    // The worker is free for the next one at once: it did not go on with the canceled one.
    let heard = events.until_item_ends(next);
    assert!(!heard.iter().any(|event| event.name == "invocation_complete" && event.data["item_id"] == long));
    assert_eq!(server.item(next)["status"], "completed");
}

/// A copy of the tiny model in which `change` broke something, already installed before it broke.
fn broken_model(server: &ServerProcess, folder: &Path, change: impl FnOnce(&Path)) -> Value {
    copy(&tiny_model(), folder);
    let model = server.install(folder);
    change(folder);
    model
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

fn weights(model: &Path) -> std::path::PathBuf {
    model.join("unet/diffusion_pytorch_model.safetensors")
}

#[test]
fn broken_models_and_bad_graphs_are_named_and_the_server_lives() {
    let root = tempfile::tempdir().unwrap();
    let (server, model) = server_with_model(root.path());
    let folder = |name: &str| root.path().join("broken").join(name);
    let corrupt = broken_model(&server, &folder("corrupt"), |model| {
        let bytes = std::fs::read(weights(model)).unwrap();
        std::fs::write(weights(model), &bytes[..bytes.len() / 2]).unwrap();
    });
    let missing = broken_model(&server, &folder("missing"), |model| std::fs::remove_file(weights(model)).unwrap());
    let misshapen = broken_model(&server, &folder("misshapen"), |model| {
        let path = model.join("unet/config.json");
        let config = std::fs::read_to_string(&path).unwrap();
        let mut config: Value = serde_json::from_str(&config).unwrap();
        config["block_out_channels"][0] = json!(config["block_out_channels"][0].as_i64().unwrap() * 2);
        std::fs::write(&path, config.to_string()).unwrap();
    });
    let mut unknown = model.clone();
    unknown["key"] = json!("00000000-0000-4000-8000-000000000000");

    let mut events = server.listen();
    for (model, told) in [
        (&corrupt, "diffusion_pytorch_model.safetensors"),
        (&missing, "diffusion_pytorch_model.safetensors"),
        (&misshapen, "has the wrong shape: expected [32], got [16]"),
        (&unknown, "00000000-0000-4000-8000-000000000000"),
    ] {
        let id = server.enqueue(&official_graph(model, 2, "euler"));
        events.until_item_ends(id);
        let item = server.item(id);
        assert_eq!(item["status"], "failed", "{item}");
        assert!(
            item["error_message"].as_str().unwrap().contains(told),
            "expected `{told}` in {}",
            item["error_message"]
        );
    }

    let bad = |change: &dyn Fn(&mut Value)| {
        let mut graph = official_graph(&model, 2, "euler");
        change(&mut graph);
        let body = json!({ "batch": { "graph": graph, "runs": 1 } });
        server.try_post("/api/v1/queue/default/enqueue_batch", &body)
    };
    let (status, answer) = bad(&|graph| graph["nodes"]["x"] = json!({ "id": "x", "type": "nope" }));
    assert_eq!((status, &answer["detail"][0]["type"]), (422, &json!("union_tag_invalid")));
    let (status, answer) = bad(&|graph| {
        for id in ["x", "y"] {
            graph["nodes"][id] = json!({ "id": id, "type": "add" });
        }
        for (from, to) in [("x", "y"), ("y", "x")] {
            let edge = json!({ "source": { "node_id": from, "field": "value" }, "destination": { "node_id": to, "field": "a" } });
            graph["edges"].as_array_mut().unwrap().push(edge);
        }
    });
    assert_eq!((status, &answer["detail"][0]["msg"]), (422, &json!("Value error, Graph contains cycles")));

    let id = server.enqueue(&official_graph(&model, 2, "euler"));
    events.until_item_ends(id);
    assert_eq!(server.item(id)["status"], "completed");
}
