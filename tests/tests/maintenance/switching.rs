//! One user, then several, then one again, over the same root; and whose the content from before is.

use crate::installation::Installation;
use invoke_tests::process::ServerProcess;
use invoke_tests::{Client, documents};
use reqwest::Method;
use serde_json::{Value, json};

/// Names of all pictures the caller sees.
fn pictures(server: &ServerProcess) -> usize {
    let list = server.get("/api/v1/images/?is_intermediate=false&limit=100");
    list["items"].as_array().unwrap().len()
}

fn account(server: &ServerProcess) -> Value {
    server.get("/api/v1/auth/me")
}

#[test]
fn content_from_before_there_were_accounts_is_for_administrators_and_for_everybody_again_without_accounts() {
    let installation = Installation::of_release("6.9.0");
    // The fixture holds 18 pictures, two of them intermediate.
    let server = ServerProcess::start(installation.root.path());
    assert_eq!(pictures(&server), 16);
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], false);
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], true);
    server.set_up_administrator();
    assert_eq!(pictures(&server), 16, "administrators see what belongs to `system`");
    let user =
        json!({ "email": "alice@example.com", "display_name": "Alice", "password": "AlicePass123", "is_admin": false });
    server.post("/api/v1/auth/users", &user);
    server.sign_in_as("alice@example.com", "AlicePass123");
    assert_eq!(account(&server)["email"], "alice@example.com");
    assert_eq!(pictures(&server), 0, "and nobody else does");
    server.kill();

    // Commented out again, as the guide says.
    installation.configure("# multiuser: true");
    let server = ServerProcess::start(installation.root.path());
    assert_eq!(pictures(&server), 16);
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], false, "the accounts are still there");
    server.sign_in_as("alice@example.com", "AlicePass123");
    assert_eq!(pictures(&server), 0);
}

/// What somebody made: a board with a picture on it, a workflow, a style preset and a prompt.
struct Made {
    board: String,
    image: String,
    workflow: String,
    preset: String,
    prompt: String,
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no {key} in {answer}")).to_owned()
}

impl Made {
    /// Made by `client`, and all of it shown to everybody where the client may do that.
    fn by(client: &Client, name: &str, public: bool) -> Self {
        let board = text(&client.post(&format!("/api/v1/boards/?board_name={name}"), &json!({})).ok(), "board_id");
        if public {
            client.patch(&format!("/api/v1/boards/{board}"), &json!({ "board_visibility": "public" })).ok();
        }
        let query = format!("image_category=general&is_intermediate=false&board_id={board}");
        let image = text(&client.upload(&query, documents::picture(4, 3), "image/png").ok(), "image_name");
        let workflow = client.post("/api/v1/workflows/", &documents::body(&documents::workflow(name))).ok();
        let mut data = documents::preset(name);
        data["is_public"] = public.into();
        let form = documents::preset_form(&data, None);
        let preset = documents::send(client, Method::POST, "/api/v1/style_presets/", form).ok();
        let prompt = client.post("/api/v1/system_prompts/", &json!({ "name": name, "content": "c" })).ok();
        Self {
            board,
            image,
            workflow: text(&workflow, "workflow_id"),
            preset: text(&preset, "id"),
            prompt: text(&prompt, "id"),
        }
    }

    /// Where each is, for whoever may look at it.
    fn places(&self) -> [String; 5] {
        [
            format!("/api/v1/boards/{}", self.board),
            format!("/api/v1/images/i/{}", self.image),
            format!("/api/v1/workflows/i/{}", self.workflow),
            format!("/api/v1/style_presets/i/{}", self.preset),
            format!("/api/v1/system_prompts/i/{}", self.prompt),
        ]
    }

    /// Everything is there for the client to see, in listings as well.
    #[track_caller]
    fn is_seen_by(&self, client: &Client) {
        for place in self.places() {
            client.get(&place).ok();
        }
        self.is_listed(client, true);
    }

    /// The client gets to see none of it.
    #[track_caller]
    fn is_hidden_from(&self, client: &Client) {
        for place in self.places() {
            client.get(&place).has_status(403);
        }
        self.is_listed(client, false);
    }

    #[track_caller]
    fn is_listed(&self, client: &Client, expected: bool) {
        for (list, id) in [
            ("/api/v1/boards/?all=true", &self.board),
            ("/api/v1/images/names", &self.image),
            ("/api/v1/workflows/?categories=user", &self.workflow),
            ("/api/v1/style_presets/", &self.preset),
            ("/api/v1/system_prompts/", &self.prompt),
        ] {
            assert_eq!(client.get(list).ok().to_string().contains(id.as_str()), expected, "{list}");
        }
        let public = client.get("/api/v1/workflows/?categories=user&is_public=true").ok().to_string();
        assert!(expected || !public.contains(&self.workflow));
    }
}

#[test]
fn what_is_made_without_accounts_is_for_administrators_with_them_and_all_of_it_is_one_without() {
    let installation = Installation::of_release("6.9.0");
    let server = ServerProcess::start(installation.root.path());
    let solo = Made::by(&server.nobody(), "Solo", true);
    let workflow = |client: &Client, made: &Made| client.get(&format!("/api/v1/workflows/i/{}", made.workflow)).ok();
    assert_eq!(workflow(&server.nobody(), &solo)["is_public"], true, "as with the reference");
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    server.set_up_administrator();
    let admin = server.caller();
    let user =
        json!({ "email": "alice@example.com", "display_name": "Alice", "password": "AlicePass123", "is_admin": false });
    server.post("/api/v1/auth/users", &user);
    server.sign_in_as("alice@example.com", "AlicePass123");
    let alice = server.caller();
    solo.is_seen_by(&admin);
    assert_eq!(workflow(&admin, &solo)["is_public"], false);
    solo.is_hidden_from(&alice);
    let hers = Made::by(&alice, "Hers", false);
    hers.is_seen_by(&alice);
    // Decisions of administrators, which outlast the next change.
    let publish = format!("/api/v1/workflows/i/{}/is_public", solo.workflow);
    admin.patch(&publish, &json!({ "is_public": true })).ok();
    admin.patch(&format!("/api/v1/boards/{}", solo.board), &json!({ "board_visibility": "shared" })).ok();
    alice.get(&solo.places()[1]).ok();
    server.kill();

    installation.configure("multiuser: false");
    let server = ServerProcess::start(installation.root.path());
    let nobody = server.nobody();
    solo.is_seen_by(&nobody);
    hers.is_seen_by(&nobody);
    let later = Made::by(&nobody, "Later", true);
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    server.sign_in_as("alice@example.com", "AlicePass123");
    let alice = server.caller();
    hers.is_seen_by(&alice);
    later.is_hidden_from(&alice);
    assert_eq!(workflow(&alice, &solo)["is_public"], true, "an administrator showed it");
    alice.get(&solo.places()[1]).ok();
    server.sign_in();
    let admin = server.caller();
    for made in [&solo, &hers, &later] {
        made.is_seen_by(&admin);
    }
}
