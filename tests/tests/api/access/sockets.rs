//! Live events: who may listen, and who hears what. An event that is heard without a line in the table fails.

use super::World;
use invoke_tests::events::{Listener, Received};
use invoke_tests::{Client, TestServer, graphs};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What somebody hears of an event about the owner's things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    /// That it happened, without ids and names.
    Redacted,
    /// All of it.
    Full,
}

const SILENT: Option<Heard> = None;
const REDACTED: Option<Heard> = Some(Heard::Redacted);
const FULL: Option<Heard> = Some(Heard::Full);

/// Event, and what another user, the owner and an administrator hear.
const EVENTS: [(&str, [Option<Heard>; 3]); 10] = [
    ("batch_enqueued", [REDACTED, FULL, FULL]),
    ("queue_item_status_changed", [REDACTED, FULL, FULL]),
    ("queue_items_canceled", [REDACTED, FULL, FULL]),
    ("queue_items_retried", [REDACTED, FULL, FULL]),
    ("queue_cleared", [REDACTED, FULL, FULL]),
    ("invocation_started", [SILENT, FULL, FULL]),
    ("invocation_complete", [SILENT, FULL, FULL]),
    ("invocation_error", [SILENT, FULL, FULL]),
    ("model_install_started", [SILENT, SILENT, FULL]),
    ("model_install_error", [SILENT, SILENT, FULL]),
];

/// Ends what the listeners wait for: everybody hears that an administrator emptied a queue nobody uses.
const LAST_QUEUE: &str = "last";

#[test]
fn nobody_listens_and_neither_does_a_token_that_does_not_count() {
    let (world, refused) = World::with_refused();
    for caller in &refused {
        let token = if caller.who == "nobody" { "" } else { caller.client.token() };
        let answer = Listener::try_connect(&world.server.url(), token).err();
        let expected = r#"44{"message":"Connection rejected by server"}"#;
        assert_eq!(answer.as_deref(), Some(expected), "{}", caller.who);
    }
    for (who, client) in world.callers() {
        assert!(Listener::try_connect(&world.server.url(), client.token()).is_ok(), "{who}");
    }
}

#[test]
fn everybody_hears_of_the_owners_things_what_the_table_says() {
    let world = World::new(TestServer::start());
    let mut listeners = world.callers().map(|(who, client)| (who, listen(&world, client)));
    let secrets = busy(&world);
    let clear = format!("/api/v1/queue/{LAST_QUEUE}/clear");
    world.admin.put(&clear).ok();
    let mut heard: BTreeMap<String, [Option<Heard>; 3]> = BTreeMap::new();
    for (column, (_, listener)) in listeners.iter_mut().enumerate() {
        for event in until_the_last(listener) {
            let full = tells(&event.data, &secrets);
            let cell = &mut heard.entry(event.name).or_default()[column];
            *cell = (*cell).max(Some(if full { Heard::Full } else { Heard::Redacted }));
        }
    }
    let expected: BTreeMap<String, _> = EVENTS.into_iter().map(|(name, cells)| (name.to_owned(), cells)).collect();
    assert_eq!(heard, expected);
}

fn listen(world: &World, client: &Client) -> Listener {
    let mut listener = Listener::connect(&world.server.url(), client.token());
    listener.subscribe(LAST_QUEUE);
    listener
}

/// The owner makes everything happen; what tells it was the owner.
fn busy(world: &World) -> Vec<String> {
    let (server, owner) = (&world.server, &world.owner);
    let done = owner.enqueue(&graphs::addition());
    server.toys().wait_for_end(done);
    let failed = owner.enqueue(&graphs::failing());
    server.toys().wait_for_end(failed);
    world.admin.put("/api/v1/queue/default/processor/pause").ok();
    owner.put_json("/api/v1/queue/default/retry_items_by_id", &json!([failed])).ok();
    let waiting = owner.enqueue(&graphs::addition());
    let batch = |id| owner.item(id)["batch_id"].as_str().unwrap().to_owned();
    let batches = [done, failed, waiting].map(batch);
    owner.put_json("/api/v1/queue/default/cancel_by_batch_ids", &json!({ "batch_ids": [batches[2]] })).ok();
    owner.put("/api/v1/queue/default/clear").ok();
    install_nothing(world);
    let id = server.actor(owner).user_id().to_string();
    batches.into_iter().chain([id]).collect()
}

/// An administrator installs an empty folder, which fails.
fn install_nothing(world: &World) {
    let empty = tempfile::tempdir().unwrap();
    let path = format!("/api/v2/models/install?source={}&inplace=true", empty.path().display());
    let job = world.admin.post(&path, &json!({})).ok()["id"].clone();
    let status = || world.admin.get(&format!("/api/v2/models/install/{job}")).ok()["status"].clone();
    while status() != "error" {
        // Each question takes a round trip.
        std::thread::yield_now();
    }
}

/// Whether the payload says whose it is, or which things.
fn tells(data: &Value, secrets: &[String]) -> bool {
    let text = data.to_string();
    let lists = ["canceled_item_ids", "retried_item_ids"];
    let named = lists.iter().any(|list| data[*list].as_array().is_some_and(|ids| !ids.is_empty()));
    named || data.get("source").is_some() || secrets.iter().any(|secret| text.contains(secret.as_str()))
}

fn until_the_last(listener: &mut Listener) -> Vec<Received> {
    let mut heard = listener.until(|event| event.name == "queue_cleared" && event.data["queue_id"] == LAST_QUEUE);
    heard.pop();
    heard
}
