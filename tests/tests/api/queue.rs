//! Enqueue, look, cancel, remove, retry.

use invoke_tests::{Client, TestServer, graphs};
use serde_json::{Value, json};

const QUEUE: &str = "/api/v1/queue/default";

fn status(client: &Client) -> Value {
    client.get(&format!("{QUEUE}/status")).ok()
}

#[test]
fn a_graph_runs_and_its_results_can_be_read() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let id = alice.enqueue(&graphs::addition());
    server.toys().wait_for_end(id);
    let item = alice.item(id);
    assert_eq!(
        (&item["status"], &item["device"], &item["user_email"]),
        (&json!("completed"), &json!("cpu"), &json!("alice@example.com"))
    );
    let outputs = item["session"]["results"].as_object().unwrap();
    let sums: Vec<_> = outputs.values().map(|output| output["value"].as_i64().unwrap()).collect();
    assert_eq!(sums, [1, 3]);
    assert!(item.get("error_type").is_none(), "one item is shown without what is null");
}

#[test]
fn a_failure_says_what_went_wrong() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let id = alice.enqueue(&graphs::failing());
    server.toys().wait_for_end(id);
    let item = alice.item(id);
    assert_eq!(
        (&item["status"], &item["error_type"], &item["error_message"]),
        (&json!("failed"), &json!("ValueError"), &json!("No luck"))
    );
}

#[test]
fn an_unknown_node_is_named_with_its_place() {
    let server = TestServer::start();
    let graph = json!({ "id": "x", "nodes": { "a": { "id": "a", "type": "nope" } }, "edges": [] });
    let body = json!({ "batch": { "graph": graph, "runs": 1 }, "prepend": false });
    let answer = server.user("alice").post(&format!("{QUEUE}/enqueue_batch"), &body);
    let problem = &answer.has_status(422).json()["detail"][0];
    assert_eq!(problem["type"], "union_tag_invalid");
    assert_eq!(problem["loc"], json!(["body", "batch", "graph", "nodes", "a"]));
    assert_eq!(problem["ctx"]["tag"], "nope");
}

#[test]
fn by_default_nobody_sees_the_items_of_others_but_everybody_sees_how_many_wait() {
    let server = TestServer::multiuser().without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let id = alice.enqueue(&graphs::addition());
    assert_eq!(bob.get(&format!("{QUEUE}/list_all")).ok(), json!([]));
    assert_eq!(bob.get(&format!("{QUEUE}/item_ids")).ok()["total_count"], 0);
    assert_eq!(bob.get(&format!("{QUEUE}/next")).ok(), Value::Null);
    let gone = format!("Queue item with id {id} not found in queue default");
    bob.get(&format!("{QUEUE}/i/{id}")).refused(404, &gone);
    bob.put(&format!("{QUEUE}/i/{id}/cancel")).refused(404, &gone);
    let counts = status(&bob);
    assert_eq!((&counts["queue"]["pending"], &counts["queue"]["user_pending"]), (&json!(1), &json!(0)));
    assert_eq!(server.admin().item(id)["user_email"], "alice@example.com");
}

#[test]
fn where_the_administrator_chose_so_strangers_see_items_without_their_content() {
    let server = TestServer::multiuser().with("queue_visibility: redacted").without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let id = alice.enqueue(&graphs::addition());
    let item = &bob.get(&format!("{QUEUE}/list_all")).ok()[0];
    assert_eq!(
        (&item["item_id"], &item["user_id"], &item["batch_id"]),
        (&json!(id), &json!("redacted"), &json!("redacted"))
    );
    assert_eq!(
        (&item["field_values"], &item["user_email"], &item["destination"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(item["session"]["graph"]["nodes"], json!({}));
    bob.put(&format!("{QUEUE}/i/{id}/cancel")).refused(403, "You do not have permission to cancel this queue item");
    bob.delete(&format!("{QUEUE}/i/{id}")).refused(403, "You do not have permission to delete this queue item");
}

#[test]
fn a_running_item_can_be_canceled() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let id = alice.enqueue(&graphs::waiting());
    server.toys().wait_for_arrival(id);
    assert_eq!(alice.get(&format!("{QUEUE}/current")).ok()["item_id"], id);
    assert_eq!(status(&alice)["processor"], json!({ "is_started": true, "is_processing": true }));
    assert_eq!(alice.put(&format!("{QUEUE}/i/{id}/cancel")).ok()["status"], "canceled");
    server.toys().wait_for_end(id);
    assert_eq!(alice.item(id)["status"], "canceled");
}

#[test]
fn a_pause_holds_items_back_until_it_ends() {
    let server = TestServer::start();
    let alice = server.user("alice");
    alice.put(&format!("{QUEUE}/processor/pause")).refused(403, "Admin privileges required");
    let paused = server.admin().put(&format!("{QUEUE}/processor/pause")).ok();
    assert_eq!(paused, json!({ "is_started": false, "is_processing": false }));
    let id = alice.enqueue(&graphs::addition());
    assert_eq!(status(&alice)["queue"]["pending"], 1);
    server.admin().put(&format!("{QUEUE}/processor/resume")).ok();
    server.toys().wait_for_end(id);
    assert_eq!(alice.item(id)["status"], "completed");
}

#[test]
fn bulk_requests_touch_ones_own_items_only_unless_an_administrator_asks() {
    let server = TestServer::multiuser().without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    alice.enqueue_times(&graphs::addition(), 3);
    bob.enqueue_times(&graphs::addition(), 2);
    let put = |client: &Client, what: &str| client.put(&format!("{QUEUE}/{what}")).ok();
    assert_eq!(put(&bob, "cancel_by_destination?destination=gallery"), json!({ "canceled": 2 }));
    assert_eq!(put(&bob, "prune"), json!({ "deleted": 2 }));
    assert_eq!(put(&bob, "clear"), json!({ "deleted": 0 }));
    assert_eq!(put(server.admin(), "cancel_all_except_current"), json!({ "canceled": 3 }));
    assert_eq!(put(&alice, "delete_all_except_current"), json!({ "deleted": 0 }));
    assert_eq!(put(&alice, "clear"), json!({ "deleted": 3 }));
}

#[test]
fn canceled_items_can_be_retried_by_their_owner() {
    let server = TestServer::multiuser().without_workers().start();
    let alice = server.user("alice");
    let id = alice.enqueue(&graphs::addition());
    alice.put(&format!("{QUEUE}/i/{id}/cancel")).ok();
    let retried = alice.put_json(&format!("{QUEUE}/retry_items_by_id"), &json!([id])).ok();
    assert_eq!(retried, json!({ "queue_id": "default", "retried_item_ids": [id] }));
    let next = alice.get(&format!("{QUEUE}/next")).ok();
    assert_eq!((&next["retried_from_item_id"], &next["status"]), (&json!(id), &json!("pending")));
}

#[test]
fn counts_by_batch_and_destination_are_ones_own() {
    let server = TestServer::multiuser().without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let id = alice.enqueue_times(&graphs::addition(), 2)[0];
    let batch = alice.item(id)["batch_id"].as_str().unwrap().to_owned();
    let of_batch = |client: &Client| client.get(&format!("{QUEUE}/b/{batch}/status")).ok()["pending"].clone();
    assert_eq!((of_batch(&alice), of_batch(&bob)), (json!(2), json!(0)));
    let of_place = |client: &Client| client.get(&format!("{QUEUE}/counts_by_destination?destination=gallery")).ok();
    assert_eq!((&of_place(&alice)["total"], &of_place(&bob)["total"]), (&json!(2), &json!(0)));
    let body = json!({ "batch_ids": [batch] });
    assert_eq!(bob.put_json(&format!("{QUEUE}/cancel_by_batch_ids"), &body).ok(), json!({ "canceled": 0 }));
    assert_eq!(alice.put_json(&format!("{QUEUE}/cancel_by_batch_ids"), &body).ok(), json!({ "canceled": 2 }));
    assert_eq!(alice.delete(&format!("{QUEUE}/d/gallery")).ok(), json!({ "deleted": 2 }));
}

#[test]
fn an_accepted_item_survives_a_restart() {
    let server = TestServer::multiuser().without_workers().start();
    let alice = server.user("alice");
    let id = alice.enqueue(&graphs::addition());
    let server = server.restart();
    server.toys().wait_for_end(id);
    assert_eq!(server.sign_in("alice@example.com").item(id)["status"], "completed");
}
