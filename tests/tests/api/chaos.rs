//! Many items, two users who cancel, retry and clear at random, and what must hold all the same.

use invoke_tests::events::{Listener, Received};
use invoke_tests::{Client, TestServer, graphs};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

const QUEUE: &str = "/api/v1/queue/default";
const ITEMS: usize = 200;

/// Numbers that are always the same: xorshift64 (Marsaglia, 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Somebody who uses the server, with words nobody else may read.
struct Person {
    client: Client,
    name: &'static str,
    id: String,
    items: Vec<i64>,
}

impl Person {
    fn new(server: &TestServer, name: &'static str) -> Self {
        let client = server.user(name);
        let id = server.actor(&client).user_id().to_string();
        Self { client, name, id, items: Vec::new() }
    }

    /// What must not be read by others.
    fn secrets(&self) -> [String; 3] {
        [format!("secret-{}", self.name), self.id.clone(), format!("{}@example.com", self.name)]
    }

    fn enqueue(&mut self, kind: usize) -> usize {
        let secret = format!("secret-{}", self.name);
        let mut graph = match kind {
            0 => graphs::failing(),
            1 => graphs::waiting(),
            _ => graphs::addition(),
        };
        graph["nodes"]["s"] = json!({ "id": "s", "type": "string", "value": secret });
        let mut batch = json!({ "graph": graph, "runs": 1, "origin": secret, "destination": secret });
        if kind == 2 {
            let values = [format!("{secret}-1"), format!("{secret}-2")];
            batch["data"] = json!([[{ "node_path": "s", "field_name": "value", "items": values }]]);
        }
        let answer = self.client.post(&format!("{QUEUE}/enqueue_batch"), &json!({ "batch": batch })).ok();
        let ids = answer["item_ids"].as_array().unwrap();
        self.items.extend(ids.iter().map(|id| id.as_i64().unwrap()));
        ids.len()
    }

    fn any_item(&self, numbers: &mut Numbers) -> Option<i64> {
        if self.items.is_empty() { None } else { Some(self.items[numbers.below(self.items.len())]) }
    }

    /// Everything this person can read about the queue.
    fn reads(&self) -> String {
        let ids = self.client.get(&format!("{QUEUE}/item_ids")).ok()["item_ids"].clone();
        let named = json!({ "item_ids": ids.as_array().unwrap().iter().take(1000).collect::<Vec<_>>() });
        let lists = [
            self.client.get(&format!("{QUEUE}/list_all")).text(),
            self.client.get(&format!("{QUEUE}/status")).text(),
            self.client.get(&format!("{QUEUE}/current")).text(),
            self.client.get(&format!("{QUEUE}/next")).text(),
            self.client.post(&format!("{QUEUE}/items_by_ids"), &named).text(),
            self.client.post(&format!("{QUEUE}/item_summaries_by_ids"), &named).text(),
        ];
        lists.concat()
    }
}

/// Whatever runs and waits for the test goes on.
fn open_gate_of_current(server: &TestServer) {
    let current = server.admin().get(&format!("{QUEUE}/current")).ok();
    if !current["session"]["graph"]["nodes"]["w"].is_null() {
        server.toys().open_gate(current["item_id"].as_i64().unwrap());
    }
}

fn counts(server: &TestServer) -> Value {
    server.admin().get(&format!("{QUEUE}/status")).ok()["queue"].clone()
}

/// Listens until the item whose number comes later has ended.
fn listen_until(listener: &mut Listener, last: &AtomicI64) -> Vec<Received> {
    listener.until(|event| {
        event.name == "queue_item_status_changed"
            && event.data["status"] == "completed"
            && event.data["item_id"] == last.load(Ordering::SeqCst)
    })
}

fn is_final(status: &str) -> bool {
    ["completed", "failed", "canceled"].contains(&status)
}

/// Of each item: states in order, each with a higher number than the one before, nothing after the last, and no node before
/// the item has begun.
fn check_order(events: &[Received]) -> BTreeMap<i64, String> {
    let mut last: BTreeMap<i64, (i64, String)> = BTreeMap::new();
    for event in events {
        let Some(item) = event.data["item_id"].as_i64() else { continue };
        if event.name == "queue_item_status_changed" {
            let (status, number) =
                (event.data["status"].as_str().unwrap(), event.data["status_sequence"].as_i64().unwrap());
            if let Some((before, old)) = last.get(&item) {
                assert!(number > *before && !is_final(old), "item {item}: {old} #{before}, then {status} #{number}");
            }
            last.insert(item, (number, status.to_owned()));
        } else if event.name == "invocation_started" {
            assert!(last.contains_key(&item), "a node of item {item} began before the item");
        }
    }
    last.into_iter().map(|(item, (_, status))| (item, status)).collect()
}

#[test]
fn whatever_two_users_do_every_item_ends_once_and_nobody_reads_what_is_not_theirs() {
    let server = TestServer::multiuser().with("queue_visibility: redacted").start();
    let mut people = [Person::new(&server, "alice"), Person::new(&server, "bob")];
    let mut listeners: Vec<Listener> = people
        .iter()
        .map(|person| Listener::connect(&server.url(), person.client.token()))
        .chain([Listener::connect(&server.url(), server.admin().token())])
        .collect();
    let last = AtomicI64::new(-1);

    let heard: Vec<Vec<Received>> = std::thread::scope(|scope| {
        let last = &last;
        let ears: Vec<_> =
            listeners.iter_mut().map(|listener| scope.spawn(move || listen_until(listener, last))).collect();
        let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
        let mut enqueued = 0;
        while enqueued < ITEMS {
            let person = &mut people[numbers.below(2)];
            match numbers.below(12) {
                0..=5 => enqueued += person.enqueue(numbers.below(8)),
                6 | 7 => {
                    if let Some(item) = person.any_item(&mut numbers) {
                        person.client.put(&format!("{QUEUE}/i/{item}/cancel"));
                    }
                }
                8 => {
                    let items: Vec<i64> = (0..3).filter_map(|_| person.any_item(&mut numbers)).collect();
                    person.client.put_json(&format!("{QUEUE}/retry_items_by_id"), &json!(items)).ok();
                }
                9 if numbers.below(6) == 0 => {
                    person.client.put(&format!("{QUEUE}/clear")).ok();
                }
                10 if numbers.below(4) == 0 => {
                    person.client.put(&format!("{QUEUE}/cancel_all_except_current")).ok();
                }
                _ => open_gate_of_current(&server),
            }
        }
        // Nobody is left waiting.
        let mut status = counts(&server);
        while status["pending"] != 0 || status["in_progress"] != 0 {
            open_gate_of_current(&server);
            status = counts(&server);
        }
        server.admin().put(&format!("{QUEUE}/processor/pause")).ok();
        last.store(server.admin().enqueue(&graphs::addition()), Ordering::SeqCst);
        server.admin().put(&format!("{QUEUE}/processor/resume")).ok();
        ears.into_iter().map(|ear| ear.join().unwrap()).collect()
    });

    let told = check_order(&heard[2]);
    let left = server.admin().get(&format!("{QUEUE}/list_all")).ok();
    for item in left.as_array().unwrap() {
        let (id, status) = (item["item_id"].as_i64().unwrap(), item["status"].as_str().unwrap());
        assert!(is_final(status), "item {id} is {status}");
        // What was canceled in bulk while it waited is told in bulk.
        assert!(status == "canceled" || told[&id] == status, "item {id}: told {}, is {status}", told[&id]);
    }
    let status = counts(&server);
    assert_eq!(status["total"], left.as_array().unwrap().len(), "the counts that are kept are those of the rows");

    for (index, person) in people.iter().enumerate() {
        check_order(&heard[index]);
        let other = &people[1 - index];
        let mut read: String = heard[index].iter().map(|event| event.data.to_string()).collect();
        read.push_str(&person.reads());
        for secret in other.secrets() {
            assert!(!read.contains(&secret), "{} reads `{secret}` of {}", person.name, other.name);
        }
        let owned = heard[index].iter().filter(|event| event.name.starts_with("invocation_"));
        assert!(owned.into_iter().all(|event| event.data["user_id"] == person.id.as_str()));
    }
}
