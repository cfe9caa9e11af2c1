//! What administrators see and change of the server itself, and the small helpers of the pages.

use invoke_tests::events::Listener;
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

const CONFIG: &str = "/api/v1/app/runtime_config";

fn change(client: &Client, body: Value) -> Answer {
    Answer::of(client.request(Method::PATCH, CONFIG).json(&body))
}

#[test]
fn a_changed_setting_counts_at_once_stays_after_a_restart_and_leaves_the_file_alone() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let file = std::fs::read(server.root().join("invokeai.yaml")).unwrap();
    let before = server.admin().get(CONFIG).ok();
    assert_eq!(
        (&before["config"]["image_subfolder_strategy"], &before["config"]["multiuser"]),
        (&json!("flat"), &json!(true))
    );
    assert!(before["set_fields"].as_array().unwrap().contains(&json!("multiuser")));
    change(&alice, json!({ "max_queue_history": 1 })).refused(403, "Admin privileges required");
    let after = change(server.admin(), json!({ "image_subfolder_strategy": "type", "max_queue_history": 100 })).ok();
    assert_eq!(after["config"]["max_queue_history"], 100);
    assert!(after["set_fields"].as_array().unwrap().contains(&json!("max_queue_history")));
    assert_eq!(server.store_image(&alice, None).subfolder, "user");
    assert_eq!(std::fs::read(server.root().join("invokeai.yaml")).unwrap(), file);
    let server = server.restart();
    let admin = server.sign_in(invoke_tests::ADMIN);
    let config = &admin.get(CONFIG).ok()["config"];
    assert_eq!((&config["image_subfolder_strategy"], &config["max_queue_history"]), (&json!("type"), &json!(100)));
    assert_eq!(server.store_image(&admin, None).subfolder, "user");
    assert_eq!(change(&admin, json!({ "max_queue_history": null })).ok()["config"]["max_queue_history"], Value::Null);
}

#[test]
fn settings_that_cannot_be_are_refused_in_the_reference_words() {
    let server = TestServer::start();
    let admin = server.admin();
    let first = |body: Value| change(admin, body).has_status(422).json()["detail"][0].clone();
    let problem = first(json!({ "image_subfolder_strategy": "nope" }));
    assert_eq!(
        (&problem["type"], &problem["msg"]),
        (&json!("literal_error"), &json!("Input should be 'flat', 'date', 'type' or 'hash'"))
    );
    let problem = first(json!({ "image_subfolder_strategy": null }));
    assert_eq!(
        (&problem["loc"], &problem["msg"]),
        (&json!(["body"]), &json!("Value error, image_subfolder_strategy may not be null"))
    );
    assert_eq!(first(json!({ "max_queue_history": -1 }))["type"], "greater_than_equal");
    assert_eq!(first(json!({ "generation_devices": [] }))["type"], "value_error");
    assert_eq!(first(json!({ "generation_devices": ["cuda:1; rm"] }))["type"], "value_error");
    let answer = change(admin, json!({ "generation_devices": ["cuda:99"] }));
    assert!(answer.has_status(422).text().contains("generation_devices requested 'cuda:99'"), "{}", answer.text());
    change(admin, json!({ "generation_devices": ["cpu"] })).ok();
    // Other keys are nobody's to change while the server runs.
    let after = change(admin, json!({ "multiuser": false })).ok();
    assert_eq!(after["config"]["multiuser"], true);
}

#[test]
fn secrets_are_masked_and_paths_are_those_of_the_file() {
    let server = TestServer::multiuser()
        .with("external_openai_api_key: sk-very-secret")
        .with("remote_api_tokens: [{url_regex: civitai, token: also-secret}]")
        .with("download_proxy: http://me:hidden@proxy.example")
        .start();
    let answer = server.admin().get(CONFIG);
    for secret in ["sk-very-secret", "also-secret", "hidden"] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
    let config = &answer.ok()["config"];
    assert_eq!(config["external_openai_api_key"], "**********");
    assert_eq!(
        (&config["models_dir"], &config["convert_cache_dir"]),
        (&json!("models"), &json!("models/.convert_cache"))
    );
    let root = server.root().display().to_string();
    assert!(!answer.text().contains(&root), "nothing but names below the root: {}", answer.text());
}

/// Every key of the reference's configuration is there.
#[test]
fn the_configuration_has_every_key_of_the_reference() {
    let server = TestServer::start();
    let ours = server.admin().get(CONFIG).ok()["config"].clone();
    let recording = include_str!("../../fixtures/reference/exchanges.jsonl");
    let recorded = recording.lines().find(|line| line.contains("\"app: runtime_config admin\"")).unwrap();
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let differ_by_test = ["port", "device"];
    for (key, value) in recorded["response_body"]["config"].as_object().unwrap() {
        assert!(ours.get(key).is_some(), "{key} is missing");
        let same = ours[key] == *value || ours[key].as_f64().is_some_and(|number| value.as_f64() == Some(number));
        // A safer default, as documented.
        let documented = differ_by_test.contains(&key.as_str()) || key == "strict_password_checking";
        assert!(same || documented, "{key}: recorded {value}, got {}", ours[key]);
    }
}

#[test]
fn the_log_level_is_one_of_six_and_stays_until_changed() {
    let server = TestServer::start();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/app/logging").ok(), 20);
    assert_eq!(admin.post("/api/v1/app/logging", &json!(30)).ok(), 30);
    assert_eq!(admin.get("/api/v1/app/logging").ok(), 30);
    for wrong in [json!(7), json!("20"), json!(null), json!(276), json!(-10), json!([20])] {
        let problem = &admin.post("/api/v1/app/logging", &wrong).has_status(422).json()["detail"][0];
        assert_eq!(problem["msg"], "Input should be 0, 10, 20, 30, 40 or 50", "{wrong}");
    }
    assert_eq!(admin.get("/api/v1/app/logging").ok(), 30);
}

#[test]
fn settings_are_handed_to_the_own_page_and_kept() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let mut page = Listener::connect(&server.url(), alice.token());
    let mut stranger = Listener::connect(&server.url(), bob.token());
    let sent = json!({ "positive_prompt": "a cat", "steps": 12, "seed": 5, "width": 512 });
    let answer = alice.post("/api/v1/recall/default", &sent).ok();
    assert_eq!((&answer["updated_count"], &answer["parameters"]), (&json!(4), &sent));
    let event = page.next_event();
    assert_eq!((event.name.as_str(), &event.data["parameters"]), ("recall_parameters_updated", &sent));
    assert_eq!(
        event.data.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["timestamp", "queue_id", "user_id", "parameters"]
    );
    let kept = alice.get("/api/v1/client_state/default/get_by_key?key=recall_positive_prompt").ok();
    assert_eq!(kept, "\"a cat\"");
    assert_eq!(bob.get("/api/v1/client_state/default/get_by_key?key=recall_positive_prompt").ok(), Value::Null);
    // What the stranger hears first is about something of the stranger's own.
    bob.post("/api/v1/recall/default", &json!({ "steps": 1 })).ok();
    assert_eq!(stranger.next_event().data["parameters"], json!({ "steps": 1 }));
}

#[test]
fn a_picture_can_be_recalled_by_those_who_see_it_and_models_are_found_by_name() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let name = server.store_image(&alice, None).name.0;
    let body =
        json!({ "reference_images": [{ "image_name": name }], "model": "nope", "loras": [{ "model_name": "nope" }] });
    let answer = alice.post("/api/v1/recall/default?append=true", &body).ok();
    let image = json!({ "image_name": name, "width": 3, "height": 2 });
    assert_eq!(answer["parameters"], json!({ "loras": [], "reference_images": [{ "image": image }], "append": true }));
    bob.post("/api/v1/recall/default", &body).refused(403, &format!("Not authorized to access image {name}"));
    bob.post("/api/v1/recall/default", &json!({ "ip_adapters": [{ "model_name": "m", "image_name": "nope.png" }] }))
        .refused(403, "Not authorized to access image nope.png");
    server.admin().post("/api/v1/recall/default", &json!({ "reference_images": [{ "image_name": "nope.png" }] })).ok();
    let many: Vec<Value> = (0..101).map(|_| json!({ "image_name": "x" })).collect();
    alice.post("/api/v1/recall/default", &json!({ "reference_images": many })).has_status(422);
    for wrong in [
        json!({ "steps": 0 }),
        json!({ "zzz": 1 }),
        json!([]),
        json!({ "loras": [{ "model_name": "m", "weight": 11 }] }),
    ] {
        alice.post("/api/v1/recall/default", &wrong).has_status(422);
    }
}

#[test]
fn what_is_not_there_says_so() {
    let server = TestServer::start();
    let (alice, admin) = (server.user("alice"), server.admin());
    let never = "This server does not run nodes of third parties: their code could do anything the server can do";
    admin.post("/api/v2/custom_nodes/install", &json!({ "source": "https://example.com/x.git" })).refused(501, never);
    admin.post("/api/v2/custom_nodes/reload", &json!({})).refused(501, never);
    admin.delete("/api/v2/custom_nodes/x").refused(501, never);
    alice
        .post("/api/v1/utilities/expand-prompt", &json!({ "prompt": "cat", "model_key": "nope" }))
        .refused(404, "Model 'nope' not found");
    Answer::of(alice.request(Method::POST, "/api/v1/videos/upload?video_category=user&is_intermediate=false"))
        .refused(501, "This server does not keep videos yet");
    assert_eq!(alice.get("/api/v1/videos/").ok(), json!({ "limit": 10, "offset": 0, "total": 0, "items": [] }));
    assert_eq!(alice.get("/api/v1/app/external_providers/status").ok(), json!([]));
    // This machine's in-process workers have no node that fills holes.
    assert_eq!(alice.get("/api/v1/app/patchmatch_status").ok(), false);
    let devices = alice.get("/api/v1/app/generation_device_options").ok();
    assert!(
        devices.as_array().unwrap().iter().all(|option| option["device"].is_string() && option["name"].is_string())
    );
}

#[test]
fn fonts_are_those_of_the_folder_and_nothing_else_can_be_read() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let folder = server.root().join("fonts/sub folder");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Some Font.woff2"), b"wOF2").unwrap();
    let fonts = alice.get("/api/v1/utilities/fonts").ok();
    assert_eq!(fonts["fonts"][0]["family"], "Some Font");
    let url = fonts["fonts"][0]["url"].as_str().unwrap().to_owned();
    let font = alice.get(&format!("/{url}"));
    assert_eq!((font.status, font.header("content-type"), font.bytes.as_slice()), (200, "font/woff2", &b"wOF2"[..]));
    for path in ["..%2Finvokeai.yaml", "sub%20folder", "%2Fetc%2Fpasswd", "a%00.ttf"] {
        let status = alice.get(&format!("/api/v1/utilities/fonts/{path}")).status;
        assert!(status == 400 || status == 404, "{path}: {status}");
    }
    server.nobody().get(&format!("/{url}")).has_status(401);
}
