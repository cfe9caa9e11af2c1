//! Models and installations.

use invoke_tests::TestServer;
use serde_json::{Value, json};

#[test]
fn everybody_lists_models_and_only_administrators_manage_them() {
    let server = TestServer::start();
    let alice = server.user("alice");
    assert_eq!(alice.get("/api/v2/models/").ok(), json!({ "models": [] }));
    alice.get("/api/v2/models/i/nope").refused(404, "model not found");
    alice.post("/api/v2/models/install?source=/x", &json!({})).refused(403, "Admin privileges required");
    alice.get("/api/v2/models/install").refused(403, "Admin privileges required");
    alice.delete("/api/v2/models/i/nope").refused(403, "Admin privileges required");
    server.admin().delete("/api/v2/models/i/nope").refused(404, "model not found");
    assert_eq!(server.admin().get("/api/v2/models/stats").ok(), Value::Null);
}

#[test]
fn a_source_that_is_not_there_is_refused_by_name() {
    let server = TestServer::start();
    let answer = server.admin().post("/api/v2/models/install?source=%2Fdoes%2Fnot%2Fexist.safetensors", &json!({}));
    answer.refused(409, "Unsupported model source: '/does/not/exist.safetensors'");
    server.admin().get("/api/v2/models/install/9999").refused(404, "No job with id 9999 known");
}

#[test]
fn the_source_and_the_body_are_required() {
    let server = TestServer::start();
    let missing = |loc: Value| json!([{ "type": "missing", "loc": loc, "msg": "Field required", "input": null }]);
    let answer = server.admin().post("/api/v2/models/install", &json!({}));
    assert_eq!(answer.has_status(422).json()["detail"], missing(json!(["query", "source"])));
    let request = server.admin().request(reqwest::Method::POST, "/api/v2/models/install?source=/x");
    let answer = invoke_tests::Answer::of(request);
    assert_eq!(answer.has_status(422).json()["detail"], missing(json!(["body"])));
}

#[test]
fn an_unknown_base_is_named_with_the_known_ones() {
    let server = TestServer::start();
    let answer = server.user("alice").get("/api/v2/models/?base_models=zzz");
    let problem = &answer.has_status(422).json()["detail"][0];
    assert_eq!((&problem["type"], &problem["loc"]), (&json!("enum"), &json!(["query", "base_models", 0])));
    assert!(problem["msg"].as_str().unwrap().starts_with("Input should be 'any', 'sd-1', "));
}

/// A LoRA that is installed in place, and its key.
pub(crate) fn installed_lora(server: &TestServer, folder: &std::path::Path) -> (String, String) {
    let file = folder.join("tiny-lora.safetensors");
    let tensor = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight";
    let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":[1,768],"data_offsets":[0,768]}}}}"#);
    let mut content = (header.len() as u64).to_le_bytes().to_vec();
    content.extend_from_slice(header.as_bytes());
    content.resize(content.len() + 768, 0);
    std::fs::write(&file, content).unwrap();
    let path = file.canonicalize().unwrap().display().to_string();
    let admin = server.admin();
    let url = format!("/api/v2/models/install?source={path}&inplace=true");
    let job = admin.post(&url, &json!({ "name": "Tiny LoRA", "description": "test" })).has_status(201).json();
    assert_eq!(job["config_in"]["name"], "Tiny LoRA");
    // The list has it when the installation is done; each question is answered by the server, none is guessed.
    loop {
        let job = admin.get(&format!("/api/v2/models/install/{}", job["id"])).ok();
        assert_ne!(job["status"], "error", "{job}");
        if job["status"] == "completed" {
            return (job["config_out"]["key"].as_str().unwrap().to_owned(), path);
        }
    }
}

#[test]
fn a_model_is_found_changed_recognised_anew_and_removed() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, path) = installed_lora(&server, folder.path());
    let (admin, alice) = (server.admin(), server.user("alice"));
    let one = format!("/api/v2/models/i/{key}");
    let found = alice.get("/api/v2/models/get_by_attrs?name=Tiny%20LoRA&type=lora&base=sd-1").ok();
    assert_eq!((&found["key"], &found["description"]), (&json!(key), &json!("test")));
    let hash = found["hash"].as_str().unwrap().replace(':', "%3A");
    assert_eq!(alice.get(&format!("/api/v2/models/get_by_hash?hash={hash}")).ok()["key"], json!(key));
    alice
        .get("/api/v2/models/get_by_attrs?name=x&type=main&base=sd-1")
        .refused(404, "No model found with these attributes");
    alice.get("/api/v2/models/get_by_hash?hash=x").refused(404, "No model found with this hash");

    let changes =
        json!({ "description": "patched", "trigger_phrases": ["zap"], "default_settings": { "weight": 0.6 } });
    let changed = admin.patch(&one, &changes).ok();
    assert_eq!((&changed["description"], &changed["trigger_phrases"]), (&json!("patched"), &json!(["zap"])));
    admin.patch(&one, &json!({ "key": "other" })).refused(422, "A model's key cannot be changed");
    admin.patch("/api/v2/models/i/nope", &json!({ "description": "x" })).refused(404, "model not found");
    alice.patch(&one, &json!({ "description": "x" })).refused(403, "Admin privileges required");
    let again = admin.post(&format!("{one}/reidentify"), &json!({})).ok();
    assert_eq!(
        (&again["name"], &again["description"], &again["base"]),
        (&json!("Tiny LoRA"), &json!("patched"), &json!("sd-1"))
    );
    let bulk = admin.post("/api/v2/models/i/bulk_reidentify", &json!({ "keys": [key, "nope"] })).ok();
    assert_eq!(bulk, json!({ "succeeded": [key], "failed": [{ "key": "nope", "error": "model not found" }] }));

    let scan = format!("/api/v2/models/scan_folder?scan_path={}", folder.path().display());
    assert_eq!(admin.get(&scan).ok(), json!([{ "path": path, "is_installed": true }]));
    assert_eq!(alice.get("/api/v2/models/missing").ok(), json!({ "models": [] }));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(alice.get("/api/v2/models/missing").ok()["models"][0]["key"], json!(key));

    admin.delete("/api/v2/models/install/9999").refused(415, "No job with id 9999 known");
    admin.delete("/api/v2/models/install").has_status(204);
    assert_eq!(admin.get("/api/v2/models/install").ok(), json!([]));
    let bulk = admin.post("/api/v2/models/i/bulk_delete", &json!({ "keys": [key, "nope"] })).ok();
    assert_eq!(bulk, json!({ "deleted": [key], "failed": [{ "key": "nope", "error": "model not found" }] }));
    assert_eq!(alice.get("/api/v2/models/").ok(), json!({ "models": [] }));
}
