//! What lies on disk beside a model's record: its cover, and files that belong to no model.

use crate::models::installed_lora;
use invoke_tests::documents::{file, picture, send};
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};

fn cover(client: &Client, key: &str, kind: &str, bytes: Vec<u8>) -> Answer {
    let form = Form::new().part("image", file("a.png", kind, bytes));
    send(client, Method::PATCH, &format!("/api/v2/models/i/{key}/image"), form)
}

#[test]
fn a_model_has_a_cover_that_everybody_sees_and_administrators_change() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = installed_lora(&server, folder.path());
    let (admin, alice, nobody) = (server.admin(), server.user("alice"), server.nobody());
    let path = format!("/api/v2/models/i/{key}/image");
    let shown = || alice.get(&format!("/api/v2/models/i/{key}")).ok()["cover_image"].clone();
    assert_eq!(shown(), Value::Null);
    nobody.get(&path).refused(404, "Model image file not found");
    cover(&alice, &key, "image/png", picture(64, 48)).refused(403, "Admin privileges required");
    cover(admin, &key, "text/plain", picture(64, 48)).refused(415, "Not an image");
    cover(admin, &key, "image/png", b"no picture".to_vec()).refused(415, "Failed to read image");
    cover(admin, "nope", "image/png", picture(64, 48)).refused(404, "model not found");

    assert_eq!(cover(admin, &key, "image/png", picture(640, 480)).ok(), Value::Null);
    let first = shown();
    assert!(first.as_str().unwrap().starts_with(&format!("api/v2/models/i/{key}/image?")), "{first}");
    assert!(server.root().join("models/model_images").join(format!("{key}.webp")).is_file());
    let answer = nobody.get(&path);
    answer.has_status(200);
    assert_eq!(answer.header("content-type"), "image/webp");
    let (small, _) = invoke_imaging::picture::decode_bounded(&answer.bytes, invoke_imaging::Limits::default()).unwrap();
    assert_eq!((small.width(), small.height()), (256, 192));
    let tag = answer.header("etag").to_owned();
    let again = Answer::of(nobody.request(Method::GET, &path).header("if-none-match", &tag));
    assert_eq!((again.status, again.bytes.len()), (304, 0));

    assert_eq!(cover(admin, &key, "image/png", picture(48, 64)).ok(), Value::Null);
    assert_ne!(shown(), first);
    for listing in ["/api/v2/models/", "/api/v2/models/?model_type=lora"] {
        assert_eq!(alice.get(listing).ok()["models"][0]["cover_image"], shown());
    }
    alice.delete(&path).refused(403, "Admin privileges required");
    admin.delete(&path).has_status(204);
    admin.delete(&path).refused(404, "Model image file not found");
    assert_eq!(shown(), Value::Null);
}

#[test]
fn a_cover_goes_with_its_model() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = installed_lora(&server, folder.path());
    cover(server.admin(), &key, "image/png", picture(64, 48)).has_status(200);
    server.admin().delete(&format!("/api/v2/models/i/{key}")).has_status(204);
    assert_eq!(std::fs::read_dir(server.root().join("models/model_images")).unwrap().count(), 0);
}

#[test]
fn a_lora_is_described_and_shown_by_what_lies_beside_it() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tiny-lora.png"), picture(64, 48)).unwrap();
    let said = json!({ "description": "A style", "activation text": "zap, zip" });
    std::fs::write(folder.path().join("tiny-lora.json"), said.to_string()).unwrap();
    let (key, _) = installed_lora(&server, folder.path());
    let model = server.admin().get(&format!("/api/v2/models/i/{key}")).ok();
    assert_eq!((&model["description"], &model["trigger_phrases"]), (&json!("A style"), &json!(["zap", "zip"])));
    assert!(model["cover_image"].is_string());
}

#[test]
fn files_that_belong_to_no_model_are_listed_and_removed_and_no_others() {
    let server = TestServer::start();
    let models = server.root().join("models");
    let write = |path: &str| {
        let file = models.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "0123456789").unwrap();
    };
    let (key, installed) = installed_lora(&server, &models);
    for path in ["lost/a.safetensors", "lost/deep/b.BIN", "lost/notes.txt", "stray.gguf", ".convert_tmp/x/c.bin"] {
        write(path);
    }
    write("texts/readme.md");
    let admin = server.admin();
    let orphaned = admin.get("/api/v2/models/sync/orphaned").ok();
    let root = models.canonicalize().unwrap();
    let expected = json!([
        { "path": "lost", "absolute_path": root.join("lost"), "files": ["a.safetensors", "deep/b.BIN"], "size_bytes": 20 },
        { "path": "stray.gguf", "absolute_path": root.join("stray.gguf"), "files": ["."], "size_bytes": 10 },
    ]);
    assert_eq!(orphaned, expected);
    let own = std::path::Path::new(&installed).file_name().unwrap().to_str().unwrap().to_owned();
    let paths =
        json!({ "paths": ["lost", "../databases", "/etc", "", "nope", ".convert_tmp", own, "texts", "lost/deep"] });
    let answer = admin.delete_json("/api/v2/models/sync/orphaned", &paths).ok();
    assert_eq!(answer["deleted"], json!(["lost"]));
    let outside = "error: path is not under models directory";
    let refused = "error: path belongs to an installed model or holds no model files";
    let errors = json!({
        "../databases": outside, "/etc": outside, "": outside, "nope": "error: path does not exist",
        ".convert_tmp": "error: path is reserved for active conversion", own: refused, "texts": refused,
        "lost/deep": "error: path does not exist",
    });
    assert_eq!(answer["errors"], errors);
    assert!(!models.join("lost").exists() && models.join("stray.gguf").exists());
    assert!(server.root().join("databases/invokeai.db").exists());
    admin.get(&format!("/api/v2/models/i/{key}")).has_status(200);
    let alice = server.user("alice");
    alice.get("/api/v2/models/sync/orphaned").refused(403, "Admin privileges required");
    alice.delete_json("/api/v2/models/sync/orphaned", &paths).refused(403, "Admin privileges required");
}

#[test]
fn only_main_models_in_one_file_are_converted() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = installed_lora(&server, folder.path());
    let admin = server.admin();
    admin.put("/api/v2/models/convert/nope").refused(424, "model not found");
    let reason = format!("The model with key {key} is not a main SD 1/2/XL checkpoint model.");
    admin.put(&format!("/api/v2/models/convert/{key}")).refused(400, &reason);
    server.user("alice").put(&format!("/api/v2/models/convert/{key}")).refused(403, "Admin privileges required");
}

#[test]
fn without_workers_there_is_no_model_in_memory_to_let_go() {
    let server = TestServer::start();
    assert_eq!(server.admin().get("/api/v2/models/stats").ok(), Value::Null);
    assert_eq!(server.admin().post("/api/v2/models/empty_model_cache", &json!({})).ok(), Value::Null);
    assert_eq!(server.admin().get("/api/v2/models/stats").ok(), Value::Null);
}
