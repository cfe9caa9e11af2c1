//! The real server, killed at every place where something could be lost between the database and what it tells: while a batch
//! goes in, between claiming an item and running it, between keeping a result and telling of it, while items are canceled,
//! retried and cleared. Afterwards every accepted item is there exactly once and comes to one end, and the file is whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::process::ServerProcess;
use invoke_tests::sqlite::sqlite;
use invoke_tests::{Client, graphs};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::channel;

const QUEUE: &str = "/api/v1/queue/default";

/// A server that stops at the point; nowhere without one.
fn start(root: &Path, stop_at: &str) -> ServerProcess {
    let mut server = ServerProcess::start_with(root, &[("INVOKE_STOP_AT", stop_at)]);
    if root.join("set up").exists() {
        server.sign_in();
    } else {
        server.set_up_administrator();
        std::fs::write(root.join("set up"), "").unwrap();
    }
    server
}

/// Asks for something that will not be answered, since the server stops, and kills it there.
fn killed_at(server: ServerProcess, point: &str, ask: Option<(Method, &str, Value)>) {
    let asked = ask.map(|(method, path, body)| {
        let request = server.caller().request(method, &format!("{QUEUE}/{path}")).json(&body);
        std::thread::spawn(move || request.send().is_err())
    });
    server.wait_for_log(&format!("stopped at {point}"));
    server.kill();
    if let Some(asked) = asked {
        assert!(asked.join().unwrap(), "{point}: answered before it was done");
    }
}

fn batch(graph: &Value, runs: usize, destination: &str) -> Value {
    json!({ "batch": { "graph": graph, "runs": runs, "origin": "test", "destination": destination } })
}

/// The items sent to that destination, by id.
fn items(client: &Client, destination: &str) -> BTreeMap<i64, Value> {
    let all = client.get(&format!("{QUEUE}/list_all?destination={destination}")).ok();
    let items = all.as_array().unwrap().iter().map(|item| (item["item_id"].as_i64().unwrap(), item.clone()));
    items.collect()
}

fn statuses(client: &Client, destination: &str) -> BTreeMap<i64, String> {
    let status = |(id, item): (i64, Value)| (id, item["status"].as_str().unwrap().to_owned());
    items(client, destination).into_iter().map(status).collect()
}

/// Waits until nothing waits or runs.
fn drained(server: &ServerProcess) {
    server.until("the end of all items", || {
        let status = server.get(&format!("{QUEUE}/status"));
        let open = ["pending", "in_progress", "waiting"].map(|name| status["queue"][name].as_i64().unwrap());
        (open == [0; 3]).then_some(())
    });
}

/// That SQLite finds nothing wrong with the file and that the kept counts are those of the rows.
fn whole(root: &Path, server: &ServerProcess) {
    let file = root.join("databases/invokeai.db");
    assert_eq!(sqlite(&file, "PRAGMA integrity_check", &[]), "ok");
    let status = server.get(&format!("{QUEUE}/status"))["queue"].clone();
    let rows = server.get(&format!("{QUEUE}/list_all"));
    let count = |name: &str| rows.as_array().unwrap().iter().filter(|item| item["status"] == *name).count();
    for name in ["pending", "in_progress", "completed", "failed", "canceled"] {
        assert_eq!(status[name], count(name), "{name}: {status}");
    }
}

#[test]
fn a_batch_is_there_whole_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    for (point, expected) in [("BeforeInsert", 0), ("AfterInsert", 3000)] {
        let server = start(root.path(), point);
        let body = batch(&graphs::addition(), 3000, point);
        killed_at(server, point, Some((Method::POST, "enqueue_batch", body)));
        let mut server = ServerProcess::start(root.path());
        server.sign_in();
        assert_eq!(items(&server.caller(), point).len(), expected, "{point}");
        server.put(&format!("{QUEUE}/clear"));
        drained(&server);
        assert_eq!(items(&server.caller(), point).len(), 0);
        whole(root.path(), &server);
    }
}

#[test]
fn an_item_runs_once_more_when_the_server_ends_before_its_result_is_kept_and_not_afterwards() {
    for (point, kept) in [("AfterClaim", "2"), ("BeforeFinish", "2"), ("AfterFinish", "3")] {
        let root = tempfile::tempdir().unwrap();
        let server = start(root.path(), &format!("{point}:3"));
        let answer = server.post(&format!("{QUEUE}/enqueue_batch"), &batch(&graphs::addition(), 5, point));
        let accepted: BTreeSet<i64> =
            answer["item_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect();
        killed_at(server, point, None);
        let file = root.path().join("databases/invokeai.db");
        let rows =
            |what: &str| sqlite(&file, &format!("SELECT {what} FROM session_queue WHERE status = 'completed'"), &[]);
        assert_eq!(rows("count(*)"), kept, "{point}");
        let ended_before = rows("group_concat(item_id || completed_at)");

        let mut server = ServerProcess::start(root.path());
        server.sign_in();
        drained(&server);
        let ended = statuses(&server.caller(), point);
        assert_eq!(ended.keys().copied().collect::<BTreeSet<_>>(), accepted, "{point}");
        assert!(ended.values().all(|status| status == "completed"), "{point}: {ended:?}");
        // What had ended was not touched again.
        assert!(rows("group_concat(item_id || completed_at)").starts_with(&ended_before), "{point}");
        for id in accepted {
            let item = server.item(id);
            let sums = item["session"]["results"].as_object().unwrap().values().filter(|result| result["value"] == 3);
            assert_eq!(sums.count(), 1, "{item}");
        }
        whole(root.path(), &server);
    }
}

#[test]
fn what_was_asked_of_ended_and_waiting_items_is_done_wholly_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    let mut server = start(root.path(), "");
    let node = json!({ "id": "f", "type": "prompt_from_file", "file_path": "none.txt" });
    let failed = server.enqueue(&json!({ "id": "g", "nodes": { "f": node }, "edges": [] }));
    drained(&server);
    assert_eq!(server.item(failed)["status"], "failed");

    for (point, retried) in [("BeforeRetry", 0), ("AfterRetry", 1)] {
        server.kill();
        server = start(root.path(), point);
        let before = server.get(&format!("{QUEUE}/status"))["queue"]["total"].as_i64().unwrap();
        killed_at(server, point, Some((Method::PUT, "retry_items_by_id", json!([failed]))));
        server = start(root.path(), "");
        drained(&server);
        let after = server.get(&format!("{QUEUE}/status"))["queue"]["total"].as_i64().unwrap();
        assert_eq!(after - before, retried, "{point}");
        whole(root.path(), &server);
    }

    for (point, status) in [("BeforeCancel", "completed"), ("AfterCancel", "canceled")] {
        server.kill();
        server = start(root.path(), point);
        server.put(&format!("{QUEUE}/processor/pause"));
        let item = server.enqueue(&graphs::addition());
        killed_at(server, point, Some((Method::PUT, &format!("i/{item}/cancel"), json!({}))));
        server = start(root.path(), "");
        drained(&server);
        assert_eq!(server.item(item)["status"], status, "{point}");
        whole(root.path(), &server);
    }

    for (point, left) in [("BeforeClear", true), ("AfterClear", false)] {
        server.kill();
        server = start(root.path(), point);
        server.put(&format!("{QUEUE}/processor/pause"));
        server.post(&format!("{QUEUE}/enqueue_batch"), &batch(&graphs::addition(), 20, point));
        killed_at(server, point, Some((Method::PUT, "clear", json!({}))));
        server = start(root.path(), "");
        drained(&server);
        assert_eq!(items(&server.caller(), point).len(), if left { 20 } else { 0 }, "{point}");
        whole(root.path(), &server);
    }
}

/// What people were told, by item.
#[derive(Default)]
struct Told {
    accepted: BTreeSet<i64>,
    canceled: BTreeSet<i64>,
}

/// Sends a request; `None` when the server is gone.
fn ask(client: &Client, method: Method, path: &str, body: &Value) -> Option<(u16, Value)> {
    let answer = client.request(method, &format!("{QUEUE}/{path}")).json(body).send().ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.json().ok()?))
}

#[test]
fn a_server_killed_at_any_moment_keeps_what_it_said() {
    let root = tempfile::tempdir().unwrap();
    let told = Mutex::new(Told::default());
    let mut server = start(root.path(), "");
    for round in 0..3 {
        let client = server.caller();
        let (sender, acknowledged) = channel();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let (client, told, sender) = (&client, &told, sender.clone());
                scope.spawn(move || {
                    let body = batch(&graphs::addition(), 3, "any");
                    while let Some((status, answer)) = ask(client, Method::POST, "enqueue_batch", &body) {
                        assert_eq!(status, 200, "{answer}");
                        let ids: Vec<i64> =
                            answer["item_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect();
                        told.lock().unwrap().accepted.extend(&ids);
                        let _ = sender.send(());
                        let path = format!("i/{}/cancel", ids[0]);
                        let Some((status, item)) = ask(client, Method::PUT, &path, &json!({})) else { return };
                        assert_eq!(status, 200, "{item}");
                        if item["status"] == "canceled" {
                            told.lock().unwrap().canceled.insert(ids[0]);
                        }
                    }
                });
            }
            drop(sender);
            for _ in 0..10 + 9 * round {
                acknowledged.recv().unwrap();
            }
            server.kill();
        });
        server = start(root.path(), "");
    }
    drained(&server);
    let told = told.lock().unwrap();
    let ended = statuses(&server.caller(), "any");
    for id in &told.accepted {
        // Twice interrupted is told as a failure; nothing else goes wrong here.
        let status = ended.get(id).unwrap_or_else(|| panic!("item {id} is lost"));
        let interrupted = status == "failed" && server.item(*id)["error_type"] == "ServerRestarted";
        assert!(interrupted || ["completed", "canceled"].contains(&status.as_str()), "{}", server.item(*id));
        assert!(!told.canceled.contains(id) || status == "canceled", "item {id} was canceled and is {status}");
    }
    assert!(told.accepted.len() > 50 && !told.canceled.is_empty());
    whole(root.path(), &server);
}
