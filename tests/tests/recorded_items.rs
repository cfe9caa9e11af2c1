//! Recorded items of the queue that need nodes of the real worker: the requests are sent as they were recorded, and the
//! items compared with the recorded ones.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::process::{ServerProcess, tiny_model};
use invoke_tests::recording::{Exchange, Pairing};
use invoke_tests::sqlite::sqlite;
use invoke_tests::{Client, graphs};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The recorded exchanges, sent to a server of ours.
struct Recorded<'a> {
    exchanges: Vec<Exchange>,
    root: &'a Path,
    server: ServerProcess,
    alice: Client,
    pairing: Pairing,
    /// Recorded texts that are no ids, and ours for them.
    replaced: Vec<(String, String)>,
}

impl<'a> Recorded<'a> {
    fn new(root: &'a Path) -> Self {
        let mut server = ServerProcess::start(root);
        server.set_up_administrator();
        let account = json!({ "email": "alice@example.com", "display_name": "Alice A.", "password": "AlicePass123" });
        server.caller().post("/api/v1/auth/users", &account).ok();
        let login = json!({ "email": "alice@example.com", "password": "AlicePass123", "remember_me": false });
        let token = server.nobody().post("/api/v1/auth/login", &login).ok()["token"].as_str().unwrap().to_owned();
        let alice = server.nobody().with_token(&token);
        let exchanges = Exchange::read_all(include_str!("../fixtures/reference/exchanges.jsonl"));
        Self { exchanges, root, server, alice, pairing: Pairing::default(), replaced: Vec::new() }
    }

    fn exchange(&self, step: &str) -> Exchange {
        let mut exchange = self.exchanges.iter().find(|exchange| exchange.step == step).unwrap().clone();
        for value in exchange.request_body.iter_mut().chain([&mut exchange.response_body]) {
            let mut text = value.to_string();
            for (theirs, ours) in &self.replaced {
                text = text.replace(theirs, ours);
            }
            *value = serde_json::from_str(&text).unwrap();
        }
        exchange
    }

    /// Sends the recorded request, compares the answer, and returns the id of the item, which is the recorded one.
    fn enqueue(&mut self, step: &str, id: i64) -> i64 {
        let database = self.root.join("databases/invokeai.db");
        let sql = "INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq)
            VALUES ((SELECT rowid FROM sqlite_sequence WHERE name = 'session_queue'), 'session_queue', ?)";
        sqlite(&database, sql, &[&(id - 1).to_string()]);
        let exchange = self.exchange(step);
        let mut body = self.pairing.translate_json(exchange.request_body.as_ref().unwrap());
        let edges = body["batch"]["graph"]["edges"].as_array_mut().unwrap();
        if edges.last() == Some(&json!("…(+3 more)")) {
            // Too long for the recording. Of all nodes only these have an input left that they need.
            edges.pop();
            edges.extend([("n", "noise", "dl"), ("dl", "latents", "l2i"), ("cm", "metadata", "l2i")].map(
                |(from, field, to)| {
                    let end = |node| json!({ "node_id": node, "field": field });
                    json!({ "source": end(from), "destination": end(to) })
                },
            ));
        }
        let answer = self.alice.post(&exchange.path, &body);
        assert_eq!(answer.status, exchange.status, "{step}");
        assert_eq!(self.pairing.compare(&exchange.response_body, &answer.json()), [""; 0], "{step}");
        id
    }

    /// Waits until the item ended, and compares it with the recorded one as far as that was kept.
    fn compare_item(&mut self, step: &str, id: i64) {
        let item = self.server.until("the end of the item", || {
            let item = self.server.caller().item(id);
            ["completed", "failed", "canceled"].contains(&item["status"].as_str().unwrap()).then_some(item)
        });
        let mut recorded = self.exchange(step).response_body;
        // Extracts name parts of the session by their path.
        let parts: Vec<String> = recorded.as_object().unwrap().keys().cloned().collect();
        let part = |key: &String| {
            let value = item.pointer(&format!("/{}", key.replace('.', "/"))).cloned().unwrap_or_default();
            (key.clone(), value)
        };
        let mut ours: Value = parts.iter().map(part).collect::<Map<_, _>>().into();
        if parts.iter().any(|part| part == "session") {
            ours = item;
        }
        if recorded["error_traceback"].is_string() {
            // Theirs are lines of Python.
            assert!(ours["error_traceback"].as_str().unwrap().contains("is not authorized to access this image"));
            recorded["error_traceback"] = json!("…");
        }
        assert_eq!(self.pairing.compare(&recorded, &ours), [""; 0], "{step}");
    }
}

#[test]
fn items_with_pictures_and_failures_are_told_as_recorded() {
    let root = tempfile::tempdir().unwrap();
    let mut recorded = Recorded::new(root.path());
    let id = recorded.enqueue("queue: enqueue blank_image->img_resize with workflow", 2);
    recorded.compare_item("queue: item with image outputs", id);
    let id = recorded.enqueue("queue: enqueue failing graph", 3);
    recorded.compare_item("queue: failed item", id);
}

#[test]
fn an_item_that_generates_is_told_as_recorded() {
    let root = tempfile::tempdir().unwrap();
    let mut recorded = Recorded::new(root.path());
    let model = recorded.server.install(&tiny_model());
    let step = "queue: enqueue SD1 txt2img graph (tiny model)";
    let theirs = recorded.exchange(step).request_body.unwrap()["batch"]["graph"]["nodes"]["ml"]["model"].clone();
    for field in ["key", "hash", "name"] {
        let text = |model: &Value| model[field].as_str().unwrap().to_owned();
        recorded.replaced.push((text(&theirs), text(&model)));
    }
    let id = recorded.enqueue(step, 33);
    recorded.compare_item("queue: SD1 txt2img item", id);
}

#[test]
fn an_item_of_somebody_who_was_deactivated_is_told_as_recorded() {
    let root = tempfile::tempdir().unwrap();
    let mut recorded = Recorded::new(root.path());
    let alice = recorded.alice.own_id();
    recorded.server.put("/api/v1/queue/default/processor/pause");
    let id = recorded.alice.enqueue(&graphs::addition());
    recorded.server.caller().patch(&format!("/api/v1/auth/users/{alice}"), &json!({ "is_active": false })).ok();
    recorded.server.put("/api/v1/queue/default/processor/resume");
    recorded.replaced.push(("\"item_id\":40".to_owned(), format!("\"item_id\":{id}")));
    recorded.compare_item("queue: item of a user deactivated while it ran", id);
}
