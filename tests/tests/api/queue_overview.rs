//! What administrators see of everybody's items.

use invoke_tests::clock::FixedClock;
use invoke_tests::{Client, TestServer, graphs};
use jiff::ToSpan;
use serde_json::{Value, json};

fn overview(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/queue/default/overview{query}")).ok()
}

#[test]
fn an_administrator_sees_who_has_what_in_the_queue_and_can_look_closer() {
    let clock = FixedClock::new();
    let server = TestServer::multiuser().clock(clock.clone()).without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let alices_id = server.actor(&alice).user_id().to_string();
    let canceled = alice.enqueue_times(&graphs::addition(), 3)[0];
    alice.put(&format!("/api/v1/queue/default/i/{canceled}/cancel")).ok();
    clock.advance(1.hour());
    let bobs = bob.enqueue(&graphs::addition());

    let all = overview(server.admin(), "");
    assert_eq!(
        (&all["totals"]["pending"], &all["totals"]["canceled"], &all["totals"]["total"]),
        (&json!(3), &json!(1), &json!(4))
    );
    assert_eq!(all["users"].as_array().unwrap().len(), 2);
    let items = |overview: &Value| -> Vec<i64> {
        overview["items"].as_array().unwrap().iter().map(|item| item["item_id"].as_i64().unwrap()).collect()
    };
    assert_eq!(items(&all), [bobs, canceled, canceled - 1, canceled - 2]);
    assert_eq!(all["items"][0]["user_email"], "bob@example.com");
    assert_eq!(all["usual_seconds"], Value::Null, "nothing has run, so nobody knows how long anything takes");

    let of_alice = overview(server.admin(), &format!("?user_id={alices_id}"));
    assert_eq!((&of_alice["totals"]["total"], items(&of_alice).len()), (&json!(3), 3));
    let pending = overview(server.admin(), "?status=pending&limit=1&offset=1");
    assert_eq!((&pending["totals"]["total"], items(&pending)), (&json!(3), vec![canceled - 1]));
    let two = overview(server.admin(), "?status=pending&status=canceled");
    assert_eq!(two["totals"]["total"], 4);
    let late = overview(server.admin(), "?since=2026-03-01T12:30:00Z");
    assert_eq!((&late["totals"]["total"], items(&late)), (&json!(1), vec![bobs]));
    let early = overview(server.admin(), "?until=2026-03-01T12:30:00Z");
    assert_eq!((&early["totals"]["total"], items(&early).len()), (&json!(3), 3));
    for wrong in ["?since=yesterday", "?status=lost", "?limit=1001"] {
        server.admin().get(&format!("/api/v1/queue/default/overview{wrong}")).has_status(422);
    }
}

#[test]
fn once_items_have_run_the_wait_of_whoever_waits_is_estimated() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    server.toys().wait_for_end(alice.enqueue(&graphs::addition()));
    let running = alice.enqueue(&graphs::waiting());
    server.toys().wait_for_arrival(running);
    alice.enqueue_times(&graphs::addition(), 10);
    bob.enqueue(&graphs::addition());
    let all = overview(server.admin(), "");
    let usual = all["usual_seconds"].as_f64().unwrap();
    let bobs_id = server.actor(&bob).user_id().to_string();
    let users = all["users"].as_array().unwrap();
    let of = |is_bob: bool, key: &str| {
        users.iter().find(|user| (user["user_id"] == bobs_id.as_str()) == is_bob).unwrap()[key].as_f64().unwrap()
    };
    // One runs, half done as far as anybody knows; then it is bob's turn, who was never served.
    assert!((of(true, "starts_in_seconds") - usual / 2.0).abs() < 1e-9);
    assert!((of(false, "starts_in_seconds") - usual * 1.5).abs() < 1e-9);
    assert!((of(false, "done_in_seconds") - usual * 11.5).abs() < 1e-9);
    server.toys().open_gate(running);
}

#[test]
fn nodes_an_administrator_forbids_are_refused_like_unknown_ones() {
    for line in ["deny_nodes: [toy_wait]", "allow_nodes: [integer, add]"] {
        let server = TestServer::multiuser().with(line).without_workers().start();
        let alice = server.user("alice");
        alice.enqueue(&graphs::addition());
        let body = json!({ "batch": { "graph": graphs::waiting(), "runs": 1 } });
        let answer = alice.post("/api/v1/queue/default/enqueue_batch", &body);
        assert_eq!(answer.has_status(422).json()["detail"][0]["type"], "union_tag_invalid", "{line}");
        // The document does not name them either.
        let schemas = server.nobody().get("/openapi.json").ok()["components"]["schemas"].clone();
        let output_of = |kind: &str| schemas["InvocationOutputMap"]["properties"][kind].is_object();
        assert_eq!((output_of("add"), output_of("toy_wait")), (true, false), "{line}");
        assert!(schemas["AddInvocation"].is_object() && schemas["WaitForGate"].is_null(), "{line}");
    }
}

#[test]
fn a_list_of_allowed_nodes_with_nothing_in_it_allows_nothing() {
    let server = TestServer::multiuser().with("allow_nodes: []").without_workers().start();
    let body = json!({ "batch": { "graph": graphs::addition(), "runs": 1 } });
    server.user("alice").post("/api/v1/queue/default/enqueue_batch", &body).has_status(422);
}
