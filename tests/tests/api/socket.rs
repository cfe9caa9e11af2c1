//! Live events: who is let in, who hears what, and in which shape. The expected payloads are those the reference sent.

use invoke_tests::events::{Listener, Received};
use invoke_tests::{Client, TestServer, graphs};
use serde_json::{Value, json};

/// `queue_item_status_changed` for somebody else's item, as recorded of the reference.
const REDACTED_STATUS: &str = r#"{"timestamp": 1795209607, "queue_id": "default", "item_id": 1, "batch_id": "redacted", "origin": null, "destination": null, "user_id": "redacted", "status": "in_progress", "status_sequence": 1, "error_type": null, "error_message": null, "error_traceback": null, "created_at": "2026-11-20 21:20:07.709", "updated_at": "2026-11-20 21:20:07.720", "started_at": "2026-11-20 21:20:07.720", "completed_at": null, "batch_status": {"queue_id": "default", "batch_id": "redacted", "origin": null, "destination": null, "pending": 0, "in_progress": 1, "waiting": 0, "completed": 0, "failed": 0, "canceled": 0, "total": 1}, "queue_status": {"queue_id": "default", "item_id": null, "batch_id": null, "session_id": null, "pending": 0, "in_progress": 1, "waiting": 0, "completed": 0, "failed": 0, "canceled": 0, "total": 1, "user_pending": null, "user_in_progress": null}, "session_id": "redacted"}"#;

/// The name and keys of `batch_enqueued`, in the recorded order.
const BATCH_KEYS: [&str; 8] =
    ["timestamp", "queue_id", "batch_id", "enqueued", "requested", "priority", "origin", "user_id"];

fn listen(server: &TestServer, client: &Client) -> Listener {
    Listener::connect(&server.url(), client.token())
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// `value` with everything that differs from run to run replaced.
fn without_times(mut value: Value) -> Value {
    for key in ["timestamp", "created_at", "updated_at", "started_at"] {
        value[key] = json!("…");
    }
    value
}

/// Up to the first event of this name and status.
fn status(events: &mut Listener, wanted: &str) -> Received {
    events.until(|event| event.name == "queue_item_status_changed" && event.data["status"] == wanted).pop().unwrap()
}

#[test]
fn an_owner_and_administrators_hear_all_and_others_counts_only() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let mut owner = listen(&server, &alice);
    let mut administrator = listen(&server, server.admin());
    let mut stranger = listen(&server, &bob);
    let id = alice.enqueue(&graphs::addition());

    for events in [&mut owner, &mut administrator] {
        let enqueued = events.next_event();
        assert_eq!((enqueued.name.as_str(), keys(&enqueued.data)), ("batch_enqueued", BATCH_KEYS.to_vec()));
        assert_ne!(enqueued.data["user_id"], "redacted");
        let begun = status(events, "in_progress").data;
        assert_eq!(keys(&begun), keys(&serde_json::from_str(REDACTED_STATUS).unwrap()));
        assert_eq!((&begun["item_id"], &begun["queue_status"]["user_in_progress"]), (&json!(id), &json!(1)));
    }
    let enqueued = stranger.next_event();
    assert_eq!((enqueued.name.as_str(), &enqueued.data["user_id"]), ("batch_enqueued", &json!("redacted")));
    let begun = status(&mut stranger, "in_progress").data;
    let recorded: Value = serde_json::from_str(REDACTED_STATUS).unwrap();
    assert_eq!(without_times(begun).to_string(), without_times(recorded).to_string());
}

#[test]
fn nobody_can_listen_to_others_by_naming_their_room() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let alices_id = alice.get("/api/v1/auth/me").ok()["user_id"].as_str().unwrap().to_owned();
    let mut stranger = listen(&server, &bob);
    stranger.subscribe("admin");
    stranger.subscribe(&format!("user:{alices_id}"));
    alice.enqueue(&graphs::addition());
    let heard = stranger.until(|event| event.data["status"] == "completed");
    assert!(heard.len() >= 3);
    assert!(heard.iter().all(|event| event.data["user_id"] == "redacted"), "{heard:?}");
}

#[test]
fn a_client_without_a_valid_token_is_refused_in_the_reference_words() {
    let server = TestServer::start();
    for token in ["", "garbage"] {
        let answer = Listener::try_connect(&server.url(), token);
        assert_eq!(answer.err().unwrap(), r#"44{"message":"Connection rejected by server"}"#);
    }
    let alice = server.user("alice");
    alice.post("/api/v1/auth/logout", &json!({})).ok();
    assert!(Listener::try_connect(&server.url(), alice.token()).is_err());
}

#[test]
fn signing_out_closes_the_sockets_of_that_session_and_no_others() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let elsewhere = server.sign_in("alice@example.com");
    let mut here = listen(&server, &alice);
    let mut there = listen(&server, &elsewhere);
    alice.post("/api/v1/auth/logout", &json!({})).ok();
    here.until_disconnected();
    elsewhere.enqueue(&graphs::addition());
    status(&mut there, "completed");
}

#[test]
fn in_single_user_mode_no_token_is_needed() {
    let server = TestServer::single_user().start();
    let mut events = Listener::connect(&server.url(), "");
    server.nobody().enqueue(&graphs::addition());
    assert_eq!(events.next_event().data["user_id"], "system");
    status(&mut events, "completed");
}
