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
