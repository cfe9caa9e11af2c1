//! Models that are not for everybody: against `docs/permissions.md`, on every operation that shows or names one.

use crate::models::installed_lora;
use invoke_tests::documents::{file, picture, send};
use invoke_tests::{Client, TestServer, graphs};
use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};

/// A LoRA with a cover, and who asks for it.
struct World {
    server: TestServer,
    folder: tempfile::TempDir,
    key: String,
    alice: Client,
    bob: Client,
}

fn world() -> World {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let (key, _) = installed_lora(&server, folder.path());
    let form = Form::new().part("image", file("a.png", "image/png", picture(64, 48)));
    send(server.admin(), Method::PATCH, &format!("/api/v2/models/i/{key}/image"), form).has_status(200);
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    World { server, folder, key, alice, bob }
}

impl World {
    /// Restricts the model to these people.
    fn restrict(&self, people: &[&Client]) -> Value {
        let ids: Vec<String> = people.iter().map(|client| client.own_id()).collect();
        let body = json!({ "restricted": true, "user_ids": ids });
        self.server.admin().put_json(&format!("/api/v2/models/i/{}/access", self.key), &body).ok()
    }

    /// Whether each operation shows the model to somebody; all of them agree.
    fn sees(&self, client: &Client) -> bool {
        let key = &self.key;
        let listed = client.get("/api/v2/models/").ok()["models"].as_array().unwrap().len() == 1;
        let status = |path: &str| client.get(path).status;
        let hash =
            self.server.admin().get(&format!("/api/v2/models/i/{key}")).ok()["hash"].as_str().unwrap().to_owned();
        let asked = [
            status(&format!("/api/v2/models/i/{key}")),
            status(&format!("/api/v2/models/i/{key}/image")),
            status("/api/v2/models/get_by_attrs?name=Tiny%20LoRA&type=lora&base=sd-1"),
            status(&format!("/api/v2/models/get_by_hash?hash={}", hash.replace(':', "%3A"))),
        ];
        let expected = if listed { 200 } else { 404 };
        assert_eq!(asked, [expected; 4]);
        listed
    }
}

#[test]
fn a_restricted_model_is_there_for_the_people_named_and_for_administrators() {
    let world = world();
    assert!(world.sees(&world.alice) && world.sees(&world.bob));
    let answer = world.restrict(&[&world.bob]);
    assert_eq!(answer["restricted"], true);
    assert_eq!(answer["users"][0]["user_id"], json!(world.bob.own_id()));
    assert!(!world.sees(&world.alice));
    assert!(world.sees(&world.bob) && world.sees(world.server.admin()));
    // Whoever shows no account sees the cover of what is for everybody.
    let cover = format!("/api/v2/models/i/{}/image", world.key);
    world.server.nobody().get(&cover).refused(404, "Model image file not found");

    world.restrict(&[]);
    assert!(!world.sees(&world.alice) && !world.sees(&world.bob) && world.sees(world.server.admin()));
    let access = format!("/api/v2/models/i/{}/access", world.key);
    let open = world.server.admin().put_json(&access, &json!({ "restricted": false })).ok();
    assert_eq!(open, json!({ "restricted": false, "users": [] }));
    assert_eq!(world.server.admin().get(&access).ok(), open);
    assert!(world.sees(&world.alice));
    world.server.nobody().get(&cover).has_status(200);
}

#[test]
fn missing_and_related_models_keep_the_restriction_too() {
    let world = world();
    let other = "other-model";
    let database = world.server.root().join("databases/invokeai.db");
    let config = json!({
        "key": other, "hash": "h", "base": "sd-1", "type": "lora", "path": other, "format": "lycoris", "name": other,
        "source": "s", "source_type": "path", "file_size": 1,
    });
    invoke_tests::sqlite::sqlite(
        &database,
        "INSERT INTO models (id, config) VALUES (?, ?)",
        &[other, &config.to_string()],
    );
    let pair = json!({ "model_key_1": world.key, "model_key_2": other });
    world.server.admin().post("/api/v1/model_relationships/", &pair).has_status(204);
    std::fs::remove_file(world.folder.path().join("tiny-lora.safetensors")).unwrap();
    world.restrict(&[&world.bob]);
    let related = |client: &Client, key: &str| client.get(&format!("/api/v1/model_relationships/i/{key}")).ok();
    assert_eq!(related(&world.bob, other), json!([world.key]));
    assert_eq!(related(&world.alice, other), json!([]));
    assert_eq!(related(&world.alice, &world.key), json!([]));
    let missing = |client: &Client| client.get("/api/v2/models/missing").ok()["models"].as_array().unwrap().len();
    assert_eq!((missing(&world.bob), missing(&world.alice)), (2, 1));
}

#[test]
fn a_graph_that_names_a_restricted_model_is_refused_by_its_name() {
    let world = world();
    world.restrict(&[&world.bob]);
    let mut graph = graphs::addition();
    graph["nodes"]["b"]["lora"] =
        json!({ "key": world.key, "hash": "h", "name": "Tiny LoRA", "base": "sd-1", "type": "lora" });
    let body = json!({ "batch": { "graph": graph, "runs": 1 }, "prepend": false });
    let enqueue = |client: &Client| client.post("/api/v1/queue/default/enqueue_batch", &body);
    enqueue(&world.alice).refused(403, "Not authorized to use the model 'Tiny LoRA'");
    enqueue(&world.bob).ok();
    enqueue(world.server.admin()).ok();
    let data = json!([[{ "node_path": "a", "field_name": "value", "items": [{ "key": world.key }] }]]);
    let body = json!({ "batch": { "graph": graphs::addition(), "runs": 1, "data": data }, "prepend": false });
    let answer = world.alice.post("/api/v1/queue/default/enqueue_batch", &body);
    assert!([403, 422].contains(&answer.status), "{}", answer.text());
    assert_eq!(world.alice.get("/api/v1/queue/default/list_all").ok(), json!([]));
}

#[test]
fn only_accounts_that_are_there_can_be_named() {
    let world = world();
    let access = format!("/api/v2/models/i/{}/access", world.key);
    let body = json!({ "restricted": true, "user_ids": ["nobody-at-all"] });
    world.server.admin().put_json(&access, &body).refused(404, "User not found");
    assert_eq!(world.server.admin().get(&access).ok()["restricted"], false);
    world.alice.get(&access).refused(403, "Admin privileges required");
    world.alice.put_json(&access, &body).refused(403, "Admin privileges required");
}
