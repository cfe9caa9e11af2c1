//! Style presets and system prompts.

use invoke_tests::documents::{create_preset, file, picture, preset, preset_form, send};
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};

const PRESETS: &str = "/api/v1/style_presets/";

fn at(id: &str) -> String {
    format!("/api/v1/style_presets/i/{id}")
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

fn update(client: &Client, id: &str, data: &Value, picture: Option<Vec<u8>>) -> Answer {
    send(client, Method::PATCH, &at(id), preset_form(data, picture))
}

fn import(client: &Client, name: &'static str, kind: &str, text: &[u8]) -> Answer {
    let form = Form::new().part("file", file(name, kind, text.to_vec()));
    send(client, Method::POST, "/api/v1/style_presets/import", form)
}

fn names(client: &Client) -> Vec<String> {
    let list = client.get(PRESETS).ok();
    list.as_array().unwrap().iter().map(|preset| preset["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_preset_is_private_until_its_owner_says_otherwise() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let made = id(&create_preset(&alice, "Mine", None).ok());
    bob.get(&at(&made)).refused(403, "Not authorized to access this style preset");
    assert!(!names(&bob).contains(&"Mine".to_owned()));
    assert!(names(&alice).contains(&"Mine".to_owned()));
    let mut data = preset("Ours");
    data["is_public"] = json!(true);
    update(&alice, &made, &data, None).ok();
    assert_eq!(bob.get(&at(&made)).ok()["name"], "Ours");
    assert!(names(&bob).contains(&"Ours".to_owned()));
    update(&bob, &made, &data, None).refused(403, "Not authorized to modify this style preset");
    bob.delete(&at(&made)).refused(403, "Not authorized to modify this style preset");
    server.admin().delete(&at(&made)).ok();
    alice.get(&at(&made)).refused(404, "Style preset not found");
}

#[test]
fn presets_for_everybody_are_kept_by_administrators() {
    let server = TestServer::start();
    let (alice, admin) = (server.user("alice"), server.admin());
    let mut data = preset("House style");
    data["type"] = json!("default");
    let create = |client: &Client| send(client, Method::POST, PRESETS, preset_form(&data, None));
    create(&alice).refused(403, "Only admins can create default presets");
    let made = create(admin).ok();
    assert_eq!(made["type"], "default");
    let made = id(&made);
    assert!(names(&alice).contains(&"House style".to_owned()));
    update(&alice, &made, &data, None).refused(403, "Default style presets cannot be modified");
    alice.delete(&at(&made)).refused(403, "Default style presets cannot be modified");
    let shipped = names(&alice).len() - 1;
    assert!(shipped >= 8, "{shipped}");
    let server = server.restart();
    let names = names(&server.sign_in("alice@example.com"));
    assert_eq!(names.len(), shipped + 1, "what an administrator added stays: {names:?}");
}

#[test]
fn a_picture_comes_with_the_form_and_goes_without_it() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let made = create_preset(&alice, "Mine", Some(picture(600, 20))).ok();
    let url = made["image"].as_str().unwrap().to_owned();
    let made = id(&made);
    let shown = alice.get(&format!("/{url}"));
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/webp"));
    assert_eq!(&shown.bytes[8..12], b"WEBP");
    server.user("bob").get(&format!("/{url}")).refused(403, "Not authorized to access this style preset");
    let file = server.root().join(format!("style_presets/images/{made}.webp"));
    assert!(file.is_file());
    update(&alice, &made, &preset("Mine"), Some(b"no picture".to_vec())).refused(415, "Failed to read image");
    assert!(file.is_file(), "a refused change changes nothing");
    assert_eq!(update(&alice, &made, &preset("Mine"), None).ok()["image"], Value::Null);
    assert!(!file.exists());
    alice.get(&format!("{}/image", at(&made))).refused(404, "Not Found");
}

#[test]
fn files_go_in_and_out_as_the_reference_has_them() {
    let server = TestServer::start();
    let (alice, admin) = (server.user("alice"), server.admin());
    import(&alice, "p.csv", "text/csv", b"name\na\n").refused(403, "Admin privileges required");
    alice.get("/api/v1/style_presets/export").refused(403, "Admin privileges required");
    import(admin, "p.csv", "text/csv", b"name,prompt,negative_prompt\nImp,{prompt} x,bad\n").ok();
    import(
        admin,
        "p.json",
        "application/json",
        br#"[{"name": "ImpJ", "prompt": "{prompt} y", "negative_prompt": "n"}]"#,
    )
    .ok();
    create_preset(&alice, "P2", None).ok();
    let file = admin.get("/api/v1/style_presets/export");
    assert_eq!(file.header("content-disposition"), "attachment; filename=prompt_templates.csv");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    // As recorded of the reference.
    let expected = "name,prompt,negative_prompt\r\nImp,{prompt} x,bad\r\nImpJ,{prompt} y,n\r\nP2,\"{prompt}, watercolor\",photo\r\n";
    assert_eq!(file.text(), expected);
}

#[test]
fn what_is_no_file_of_presets_is_refused_and_adds_nothing() {
    let server = TestServer::start();
    let admin = server.admin();
    let before = names(admin);
    let bad_json = "Invalid JSON format: must be a list of objects with keys 'name', 'prompt', and 'negative_prompt' and name cannot be blank";
    import(admin, "p.json", "application/json", b"{\"a\": 1}").refused(400, bad_json);
    import(admin, "p.json", "application/json", b"[{\"name\": \"a\"}, {\"name\": \"\"}]").refused(400, bad_json);
    import(admin, "p.json", "application/json", "[".repeat(100_000).as_bytes()).refused(400, bad_json);
    import(admin, "p.csv", "text/csv", b"\xff\xfe\x00,x\n1,2\n").has_status(400);
    import(admin, "p.txt", "text/plain", b"hi").refused(415, "");
    assert_eq!(names(admin), before);
    for data in [
        "{",
        "[]",
        "{}",
        "null",
        "\u{0}",
        r#"{"name": 1, "positive_prompt": "", "negative_prompt": "", "type": "user"}"#,
    ] {
        let form = Form::new().text("data", data.to_owned());
        send(admin, Method::POST, PRESETS, form).refused(400, "Invalid preset data");
    }
    let missing = json!([{ "type": "missing", "loc": ["body", "data"], "msg": "Field required", "input": null }]);
    assert_eq!(admin.request(Method::POST, PRESETS).send().unwrap().json::<Value>().unwrap()["detail"], missing);
}

#[test]
fn system_prompts_are_private_until_they_are_shared() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let made = alice.post("/api/v1/system_prompts/", &json!({ "name": "SP", "content": "You are helpful" })).ok();
    let place = format!("/api/v1/system_prompts/i/{}", made["id"].as_str().unwrap());
    bob.get(&place).refused(403, "Not authorized to access this system prompt");
    let shipped = bob.get("/api/v1/system_prompts/").ok().as_array().unwrap().len();
    assert_eq!(shipped, 8, "those of the program, public");
    assert_eq!(alice.get("/api/v1/system_prompts/").ok().as_array().unwrap().len(), 9);
    let change = |client: &Client, body: Value| Answer::of(client.request(Method::PATCH, &place).json(&body));
    change(&bob, json!({ "content": "x" })).refused(403, "Not authorized to update this system prompt");
    bob.delete(&place).refused(403, "Not authorized to delete this system prompt");
    let changed = change(&alice, json!({ "is_public": true })).ok();
    assert_eq!((&changed["name"], &changed["is_public"]), (&json!("SP"), &json!(true)));
    assert_eq!(bob.get(&place).ok()["content"], "You are helpful");
    let problem = &change(&alice, json!({ "user_id": "bob" })).has_status(422).json()["detail"][0];
    assert_eq!(problem["type"], "extra_forbidden");
    change(&alice, json!({ "name": "" })).has_status(422);
    alice.delete(&place).ok();
    alice.get(&place).refused(404, "System prompt not found");
}

#[test]
fn a_hostile_preset_or_prompt_is_kept_as_the_text_it_is() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let text = "'); DROP TABLE style_presets; -- \u{0} %_\\ {prompt} 🦊 \u{202e}";
    let mut data = preset(text);
    data["positive_prompt"] = json!(text);
    let made = send(&alice, Method::POST, PRESETS, preset_form(&data, None)).ok();
    assert_eq!((&made["name"], &made["preset_data"]["positive_prompt"]), (&json!(text), &json!(text)));
    let listed = alice.get(PRESETS).ok();
    let listed = listed.as_array().unwrap().iter().find(|preset| preset["id"] == made["id"]).unwrap();
    assert_eq!(listed["preset_data"]["positive_prompt"], text);
    let made = alice.post("/api/v1/system_prompts/", &json!({ "name": text, "content": text })).ok();
    assert_eq!(made["content"], text);
    for id in ["..%2F..%2Fsecret", "%252e%252e", "a%00b"] {
        alice.get(&at(id)).refused(404, "Style preset not found");
        alice.get(&format!("{}/image", at(id))).refused(404, "Style preset not found");
        alice.get(&format!("/api/v1/system_prompts/i/{id}")).refused(404, "System prompt not found");
    }
}
