//! Real workers that fail in every way a process can, and results they keep: the item says what happened, the server answers
//! throughout, and the next item runs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::events::Listener;
use invoke_tests::process::{ServerProcess, tiny_model};
use invoke_tests::sqlite::sqlite;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn server(root: &Path) -> ServerProcess {
    let mut server = ServerProcess::start(root);
    server.set_up_administrator();
    server
}

fn graph(nodes: &Value, edges: &[(&str, &str, &str, &str)]) -> Value {
    let mut nodes = nodes.clone();
    for (id, node) in nodes.as_object_mut().unwrap() {
        node["id"] = id.as_str().into();
    }
    let edge = |(source, field, target, to): &(&str, &str, &str, &str)| json!({ "source": { "node_id": source, "field": field }, "destination": { "node_id": target, "field": to } });
    json!({ "id": "g", "nodes": nodes, "edges": edges.iter().map(edge).collect::<Vec<_>>() })
}

fn addition() -> Value {
    graph(
        &json!({ "a": { "type": "integer", "value": 1 }, "b": { "type": "add", "b": 2 } }),
        &[("a", "value", "b", "a")],
    )
}

/// Text to image with so many steps. One of them takes milliseconds.
fn generation(model: &Value, steps: u64) -> Value {
    let nodes = json!({
        "loader": { "type": "main_model_loader", "model": model },
        "text": { "type": "compel", "prompt": "a red fox" },
        "noise": { "type": "noise", "seed": 7, "width": 64, "height": 64 },
        "denoise": { "type": "denoise_latents", "steps": steps, "cfg_scale": 2.0, "scheduler": "euler" },
        "decode": { "type": "l2i", "fp32": true },
    });
    let edges = [
        ("loader", "unet", "denoise", "unet"),
        ("loader", "clip", "text", "clip"),
        ("loader", "vae", "decode", "vae"),
        ("text", "conditioning", "denoise", "positive_conditioning"),
        ("text", "conditioning", "denoise", "negative_conditioning"),
        ("noise", "noise", "denoise", "noise"),
        ("denoise", "latents", "decode", "latents"),
    ];
    graph(&nodes, &edges)
}

/// Returns in the middle of a long run.
fn denoising(events: &mut Listener) {
    events.until(|event| event.name == "invocation_progress" && event.data["message"] == "Denoising");
}

fn signal(process: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
}

/// The failed item, and that another one runs on another worker while the server never stops answering.
fn check_failed(server: &ServerProcess, events: &mut Listener, item: i64) -> Value {
    events.until_item_ends(item);
    let failed = server.item(item);
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(server.get("/api/v1/app/version")["version"].is_string());
    let next = server.enqueue(&addition());
    events.until_item_ends(next);
    assert_eq!(server.item(next)["status"], "completed");
    failed
}

#[test]
fn a_worker_that_is_killed_or_aborts_fails_its_item_with_the_signal_and_the_next_one_runs() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let model = server.install(&tiny_model());
    let mut events = server.listen();
    for (number, name) in [("-9", "signal 9 (SIGKILL"), ("-6", "signal 6 (SIGABRT"), ("-4", "signal 4 (SIGILL")] {
        let item = server.enqueue(&generation(&model, 900));
        denoising(&mut events);
        signal(server.workers()[0], number);
        let failed = check_failed(&server, &mut events, item);
        assert_eq!(failed["error_type"], "WorkerDied");
        let message = failed["error_message"].as_str().unwrap();
        assert!(message.starts_with("The worker of device `cpu` was ended by ") && message.contains(name), "{message}");
        assert!(!failed["error_traceback"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_worker_that_runs_out_of_memory_fails_its_item_and_says_so() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let mut events = server.listen();
    let warm = server.enqueue(&addition());
    events.until_item_ends(warm);
    // Hardly more than it has now.
    let worker = server.workers()[0];
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let kilobytes: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = format!("--as={}", (kilobytes + 64 * 1024) * 1024);
    let limited = Command::new("prlimit").args(["--pid", &worker.to_string(), &limit]).status().unwrap();
    assert!(limited.success());
    let huge = json!({ "b": { "type": "blank_image", "width": 16384, "height": 16384 } });
    let item = server.enqueue(&graph(&huge, &[]));
    let failed = check_failed(&server, &mut events, item);
    let told = format!("{} {}", failed["error_message"], failed["error_traceback"]);
    // Rust ends the process when memory runs out, libtorch throws: either is told, by name.
    assert!(["WorkerDied", "OutOfMemoryError"].contains(&failed["error_type"].as_str().unwrap()), "{failed}");
    assert!(told.contains("memory"), "{told}");
}

#[test]
fn an_orderly_end_during_a_run_never_counts_against_the_item() {
    let root = tempfile::tempdir().unwrap();
    let mut running = server(root.path());
    let model = running.install(&tiny_model());
    let item = {
        let mut events = running.listen();
        let item = running.enqueue(&generation(&model, 900));
        denoising(&mut events);
        item
    };
    for _ in 0..2 {
        running.stop();
        running = ServerProcess::start(root.path());
        running.sign_in();
        let mut events = running.listen();
        assert!(["pending", "in_progress"].contains(&running.item(item)["status"].as_str().unwrap()));
        denoising(&mut events);
    }
    running.put(&format!("/api/v1/queue/default/i/{item}/cancel"));
    assert_eq!(running.item(item)["status"], "canceled");
}

fn cache(server: &ServerProcess) -> Value {
    server.get("/api/v1/app/invocation_cache/status")
}

#[test]
fn results_of_equal_nodes_are_used_again_until_the_cache_is_cleared_or_off() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let model = server.install(&tiny_model());
    let graph = generation(&model, 2);
    let mut events = server.listen();
    let mut picture = || {
        let item = server.enqueue(&graph);
        events.until_item_ends(item);
        let item = server.item(item);
        assert_eq!(item["status"], "completed", "{item}");
        let decode = item["session"]["source_prepared_mapping"]["decode"][0].as_str().unwrap().to_owned();
        item["session"]["results"][decode]["image"]["image_name"].as_str().unwrap().to_owned()
    };
    let first = picture();
    let after_first = json!({ "size": 5, "hits": 0, "misses": 5, "enabled": true, "max_size": 512 });
    assert_eq!(cache(&server), after_first);
    assert_eq!(picture(), first, "nothing had to run again");
    assert_eq!(cache(&server)["hits"], 5);

    // A picture that was deleted is made anew, from latents that are still there.
    server.delete(&format!("/api/v1/images/i/{first}"));
    let second = picture();
    assert_ne!(second, first);
    assert_eq!((&cache(&server)["hits"], &cache(&server)["misses"]), (&json!(9), &json!(6)));

    server.put("/api/v1/app/invocation_cache/disable");
    assert_eq!(cache(&server)["enabled"], false);
    let third = picture();
    assert_ne!(third, second);
    server.put("/api/v1/app/invocation_cache/enable");
    assert_eq!(picture(), second);
    server.delete("/api/v1/app/invocation_cache");
    assert_eq!(cache(&server)["size"], 0);
    assert_ne!(picture(), second);
}

#[test]
fn a_run_that_called_a_workflow_goes_on_with_the_latents_it_had() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let node = |id: &str, kind: &str, inputs: Value| json!({ "id": id, "type": "invocation", "data": { "id": id, "type": kind, "inputs": inputs } });
    let wire = |source: &str, field: &str, target: &str, to: &str| json!({ "type": "default", "source": source, "sourceHandle": field, "target": target, "targetHandle": to });
    let called = json!({
        "name": "seed", "description": "", "tags": "", "meta": { "version": "3.0.0", "category": "user" },
        "nodes": [
            node("a", "add", json!({ "a": { "value": 20 }, "b": { "value": 22 } })),
            node("v", "workflow_return_value", json!({ "key": { "value": "sum" } })),
            node("r", "workflow_return", json!({})),
        ],
        "edges": [wire("a", "value", "v", "value"), wire("v", "value", "r", "values")],
    });
    let database = root.path().join("databases/invokeai.db");
    sqlite(
        &database,
        "INSERT INTO workflow_library (workflow_id, workflow, is_public) VALUES ('w', ?, 1)",
        &[&called.to_string()],
    );
    let model = server.install(&tiny_model());
    // What is denoised was made before the call, and how often is known after it.
    let nodes = json!({
        "loader": { "type": "main_model_loader", "model": model },
        "noise": { "type": "noise", "seed": 7, "width": 64, "height": 64 },
        "text": { "type": "compel", "prompt": "a red fox" },
        "denoise": { "type": "denoise_latents", "steps": 2, "cfg_scale": 2.0, "scheduler": "euler" },
        "call": { "type": "call_saved_workflow", "workflow_id": "w" },
        "get": { "type": "workflow_return_get", "key": "sum" },
        "steps": { "type": "add", "b": -40 },
    });
    let edges = [
        ("loader", "unet", "denoise", "unet"),
        ("loader", "clip", "text", "clip"),
        ("text", "conditioning", "denoise", "positive_conditioning"),
        ("text", "conditioning", "denoise", "negative_conditioning"),
        ("noise", "noise", "denoise", "noise"),
        ("call", "values", "get", "values"),
        ("get", "value", "steps", "a"),
        ("steps", "value", "denoise", "steps"),
    ];
    let mut events = server.listen();
    let item = server.enqueue(&graph(&nodes, &edges));
    events.until_item_ends(item);
    let item = server.item(item);
    assert_eq!(item["status"], "completed", "{item}");
    let prepared = item["session"]["source_prepared_mapping"]["steps"][0].as_str().unwrap();
    assert_eq!(item["session"]["results"][prepared]["value"], 2);
}

#[test]
fn copies_go_into_the_folder_for_exports_and_prompts_into_a_style_preset() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let mut events = server.listen();
    let mut run = |graph: &Value| {
        let item = server.enqueue(graph);
        events.until_item_ends(item);
        server.item(item)
    };
    let export = |folder: &str| {
        let nodes = json!({
            "blank": { "type": "blank_image", "width": 16, "height": 8 },
            "save": { "type": "save_image_to_file", "output_directory": folder, "prefix": "p_", "file_format": "webp" },
        });
        graph(&nodes, &[("blank", "image", "save", "image")])
    };
    let saved = run(&export("mine/2026"));
    assert_eq!(saved["status"], "completed", "{saved}");
    let prepared = saved["session"]["source_prepared_mapping"]["save"][0].as_str().unwrap();
    let name = saved["session"]["results"][prepared]["image"]["image_name"].as_str().unwrap();
    let copy = root.path().join("outputs/exports/mine/2026").join(format!("p_{}", name.replace(".png", ".webp")));
    assert_eq!(&std::fs::read(copy).unwrap()[8..12], b"WEBP");
    let refused = run(&export("../elsewhere"));
    assert_eq!((&refused["status"], &refused["error_type"]), (&json!("failed"), &json!("ValueError")));

    let preset = server.get("/api/v1/style_presets/")[0].clone();
    let fill = |id: &Value| {
        let nodes = json!({ "t": { "type": "prompt_template", "style_preset": { "style_preset_id": id }, "positive_prompt": "a fox" } });
        graph(&nodes, &[])
    };
    let filled = run(&fill(&preset["id"]));
    let result = filled["session"]["results"].as_object().unwrap().values().next().unwrap();
    let expected = preset["preset_data"]["positive_prompt"].as_str().unwrap().replace("{prompt}", "a fox");
    assert_eq!(result["positive_prompt"], expected, "{filled}");
    assert_eq!(run(&fill(&json!("none")))["error_type"], "StylePresetNotFoundError");
}

#[test]
fn models_in_memory_are_told_and_can_be_let_go() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let model = server.install(&tiny_model());
    let mut events = server.listen();
    assert_eq!(server.get("/api/v2/models/stats"), Value::Null);
    let mut generate = |steps| {
        let mut graph = generation(&model, steps);
        graph["nodes"]["text"]["use_cache"] = json!(false);
        let item = server.enqueue(&graph);
        events.until_item_ends(item);
        assert_eq!(server.item(item)["status"], "completed");
        server.get("/api/v2/models/stats")
    };
    let first = generate(1);
    let name = format!("sd-1:main:{}:unet", model["name"].as_str().unwrap());
    let sizes = first["loaded_model_sizes"].as_object().unwrap();
    assert!(sizes[&name].as_u64().unwrap() > 1_000_000, "{first}");
    assert_eq!(first["in_cache"], first["misses"]);
    let second = generate(2);
    assert_eq!(second["misses"], first["misses"]);
    assert!(second["hits"].as_u64() > first["hits"].as_u64());
    server.post("/api/v2/models/empty_model_cache", &json!({}));
    let emptied = server.get("/api/v2/models/stats");
    assert_eq!((&emptied["in_cache"], &emptied["cleared"]), (&json!(0), &first["in_cache"]));
    assert_eq!(emptied["loaded_model_sizes"], json!({}));
    let third = generate(3);
    assert_eq!(third["misses"].as_u64(), first["misses"].as_u64().map(|misses| 2 * misses), "loaded anew: {third}");
    assert_eq!(third["in_cache"], first["in_cache"]);
}

#[test]
fn an_item_whose_owner_may_not_use_its_model_any_more_fails_before_it_runs() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let model = server.install(&tiny_model());
    let mut events = server.listen();
    let login = json!({ "email": "alice@example.com", "password": "AlicePass123" });
    server.post("/api/v1/auth/users", &json!({ "email": login["email"], "password": login["password"] }));
    let token = server.nobody().post("/api/v1/auth/login", &login).ok()["token"].as_str().unwrap().to_owned();
    let alice = server.nobody().with_token(&token);
    server.put("/api/v1/queue/default/processor/pause");
    let item = alice.enqueue(&generation(&model, 1));
    let access = format!("/api/v2/models/i/{}/access", model["key"].as_str().unwrap());
    server.caller().put_json(&access, &json!({ "restricted": true })).ok();
    server.put("/api/v1/queue/default/processor/resume");
    events.until_item_ends(item);
    let failed = server.item(item);
    assert_eq!((&failed["status"], &failed["error_type"]), (&json!("failed"), &json!("PermissionError")));
    assert_eq!(
        failed["error_message"],
        format!("Not authorized to use the model '{}'", model["name"].as_str().unwrap())
    );
    assert_eq!(server.workers(), [0u32; 0], "no worker was started for it");
    // Once it is theirs again, it runs.
    server.caller().put_json(&access, &json!({ "restricted": true, "user_ids": [alice.own_id()] })).ok();
    let item = alice.enqueue(&generation(&model, 1));
    events.until_item_ends(item);
    assert_eq!(server.item(item)["status"], "completed");
}

/// A checkpoint of the fixtures with what makes it a Stable Diffusion 1 to who looks at shapes.
fn checkpoint(folder: &Path) -> std::path::PathBuf {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checkpoints/sd-1.safetensors");
    let bytes = std::fs::read(fixture).unwrap();
    let start = 8 + usize::try_from(u64::from_le_bytes(*bytes.first_chunk().unwrap())).unwrap();
    let old: Value = serde_json::from_slice(&bytes[8..start]).unwrap();
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, entry) in old.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__") {
        let at = |end: usize| start + usize::try_from(entry["data_offsets"][end].as_u64().unwrap()).unwrap();
        let width = match name.strip_prefix("model.diffusion_model.") {
            Some("input_blocks.0.0.weight") => Some(4),
            Some(name) if name.ends_with("attn2.to_k.weight") => Some(768),
            _ => None,
        };
        let begin = data.len();
        let shape = match width {
            Some(width) => {
                data.resize(begin + 4 * width, 0);
                json!([1, width])
            }
            None => {
                data.extend_from_slice(&bytes[at(0)..at(1)]);
                entry["shape"].clone()
            }
        };
        header.insert(name.clone(), json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, data.len()] }));
    }
    let header = Value::Object(header).to_string();
    let path = folder.join("toy.safetensors");
    std::fs::write(&path, [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()).unwrap();
    path
}

#[test]
fn a_checkpoint_is_converted_by_a_process_of_its_own_and_stays_when_that_fails() {
    let root = tempfile::tempdir().unwrap();
    let server = server(root.path());
    let folder = tempfile::tempdir().unwrap();
    let file = checkpoint(folder.path());
    let model = server.install(&file);
    assert_eq!((&model["format"], &model["base"]), (&json!("checkpoint"), &json!("sd-1")), "{model}");
    let key = model["key"].as_str().unwrap();
    let path = format!("/api/v2/models/convert/{key}");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let failed = server.caller().put(&path);
    assert_eq!(failed.status, 409, "{}", failed.text());
    assert!(failed.text().contains("The model could not be converted: "), "{}", failed.text());
    assert_eq!(server.get(&format!("/api/v2/models/i/{key}"))["path"], model["path"]);

    std::fs::write(&file, &whole).unwrap();
    let converted = server.caller().put(&path).ok();
    assert_eq!((&converted["format"], &converted["key"]), (&json!("diffusers"), &model["key"]));
    assert_eq!((&converted["hash"], &converted["name"]), (&model["hash"], &model["name"]));
    assert_eq!(server.get(&format!("/api/v2/models/i/{key}")), converted);
    let made = root.path().join("models").join(converted["path"].as_str().unwrap());
    for part in ["unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors", "tokenizer/merges.txt"] {
        assert!(made.join(part).is_file(), "{part}");
    }
    assert!(file.is_file(), "it was installed in place");
    assert_eq!(std::fs::read_dir(root.path().join("models/.convert_tmp")).unwrap().count(), 0);
}
