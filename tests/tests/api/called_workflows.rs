//! Workflows that call workflows: the item waits, what it calls runs as items of its own, and the results come back.

use invoke_tests::documents::picture;
use invoke_tests::events::Listener;
use invoke_tests::sqlite::sqlite;
use invoke_tests::{Client, TestServer};
use serde_json::{Value, json};

const QUEUE: &str = "/api/v1/queue/default";

/// A node of the editor.
fn node(id: &str, kind: &str, inputs: &Value) -> Value {
    let inputs: serde_json::Map<String, Value> = inputs
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "name": name, "value": value })))
        .collect();
    let data = json!({ "id": id, "type": kind, "inputs": inputs, "useCache": true, "isIntermediate": false });
    json!({ "id": id, "type": "invocation", "data": data })
}

fn wire(source: &str, field: &str, target: &str, to: &str) -> Value {
    json!({ "type": "default", "source": source, "sourceHandle": field, "target": target, "targetHandle": to })
}

/// The workflow `nodes` that returns the number of node `a` under the key `out`.
fn returning(mut nodes: Vec<Value>, mut edges: Vec<Value>) -> Value {
    nodes.extend([
        node("v", "workflow_return_value", &json!({ "key": "out" })),
        node("r", "workflow_return", &json!({})),
    ]);
    edges.extend([wire("a", "value", "v", "value"), wire("v", "value", "r", "values")]);
    json!({
        "name": "Called", "author": "", "description": "", "version": "1.0.0", "contact": "", "tags": "", "notes": "",
        "meta": { "version": "3.0.0", "category": "user" }, "nodes": nodes, "edges": edges,
        "exposedFields": [{ "nodeId": "a", "fieldName": "a" }],
    })
}

/// A server, a user, and what the user saves.
struct Library {
    server: TestServer,
    alice: Client,
}

impl Library {
    fn new() -> Self {
        let server = TestServer::start();
        let alice = server.user("alice");
        Self { server, alice }
    }

    fn save(&self, owner: &Client, id: &str, workflow: &Value) {
        let database = self.server.root().join("databases/invokeai.db");
        let owner = self.server.actor(owner).user_id().to_string();
        let sql = "INSERT INTO workflow_library (workflow_id, workflow, user_id) VALUES (?, ?, ?)";
        sqlite(&database, sql, &[id, &workflow.to_string(), &owner]);
    }

    fn listen(&self) -> Listener {
        Listener::connect(&self.server.url(), self.alice.token())
    }
}

/// Calls `workflow` with `a` set to 5, and adds 100 to what it returns.
fn calling(workflow: &str) -> Value {
    let edge = |source: &str, field: &str, to: &str, input: &str| json!({ "source": { "node_id": source, "field": field }, "destination": { "node_id": to, "field": input } });
    json!({
        "id": "calling",
        "nodes": {
            "n": { "id": "n", "type": "integer", "value": 5 },
            "call": { "id": "call", "type": "call_saved_workflow", "workflow_id": workflow },
            "get": { "id": "get", "type": "workflow_return_get", "key": "out" },
            "sum": { "id": "sum", "type": "add", "b": 100 },
        },
        "edges": [
            edge("n", "value", "call", "saved_workflow_input::a::a"),
            edge("call", "values", "get", "values"),
            edge("get", "value", "sum", "a"),
        ],
    })
}

fn outputs(item: &Value, source: &str) -> Vec<Value> {
    let prepared = item["session"]["source_prepared_mapping"][source].as_array().unwrap();
    prepared.iter().map(|id| item["session"]["results"][id.as_str().unwrap()].clone()).collect()
}

/// The states an item went through, as told.
fn states(heard: &[invoke_tests::events::Received], id: i64) -> Vec<(String, i64)> {
    let of_item = heard.iter().filter(|event| event.name == "queue_item_status_changed" && event.data["item_id"] == id);
    let state = |event: &invoke_tests::events::Received| {
        (event.data["status"].as_str().unwrap().to_owned(), event.data["status_sequence"].as_i64().unwrap())
    };
    of_item.map(state).collect()
}

#[test]
fn a_called_workflow_runs_as_an_item_of_its_own_and_its_result_comes_back() {
    let library = Library::new();
    let add = node("a", "add", &json!({ "a": 1, "b": 2 }));
    library.save(&library.alice, "adds", &returning(vec![add], vec![]));
    let mut events = library.listen();
    let id = library.alice.enqueue(&calling("adds"));
    let heard = events.until_item_ends(id);

    let item = library.alice.item(id);
    assert_eq!(item["status"], "completed", "{item}");
    assert_eq!(outputs(&item, "call")[0]["values"], json!({ "out": 7 }));
    assert_eq!(outputs(&item, "sum")[0]["value"], 107);
    let call = &item["session"]["workflow_call_history"][0];
    assert_eq!(
        (&call["status"], &call["workflow_id"], &call["depth"]),
        (&json!("completed"), &json!("adds"), &json!(1))
    );

    let child = library.alice.item(call["child_item_ids"][0].as_i64().unwrap());
    let child_id = child["item_id"].as_i64().unwrap();
    assert_eq!(
        (&child["parent_item_id"], &child["root_item_id"], &child["workflow_call_depth"], &child["workflow_call_id"]),
        (&json!(id), &json!(id), &json!(1), &call["id"])
    );
    assert_eq!((&child["batch_id"], &child["destination"]), (&item["batch_id"], &item["destination"]));
    assert_eq!(child["session"]["workflow_call_parent"]["parent_session_id"], item["session_id"]);

    let told = |id| states(&heard, id).into_iter().map(|(state, _)| state).collect::<Vec<_>>();
    assert_eq!(told(id), ["in_progress", "waiting", "pending", "in_progress", "completed"]);
    assert_eq!(states(&heard, id).iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(told(child_id), ["pending", "in_progress", "completed"]);
    let at = |name: &str| {
        heard.iter().position(|e| e.name == name && e.data["invocation_source_id"] == "call" && e.data["item_id"] == id)
    };
    assert!(at("invocation_started").unwrap() < at("invocation_complete").unwrap());
}

#[test]
fn a_workflow_with_a_batch_is_called_once_per_value_and_returns_lists() {
    let library = Library::new();
    let nodes = vec![
        node("i", "integer_batch", &json!({ "integers": [10, 20, 30] })),
        node("a", "add", &json!({ "a": 1, "b": 2 })),
    ];
    library.save(&library.alice, "batch", &returning(nodes, vec![wire("i", "integers", "a", "b")]));
    let mut events = library.listen();
    let mut graph = calling("batch");
    graph["nodes"].as_object_mut().unwrap().remove("sum");
    graph["edges"].as_array_mut().unwrap().pop();
    let id = library.alice.enqueue(&graph);
    events.until_item_ends(id);
    let item = library.alice.item(id);
    assert_eq!(item["status"], "completed", "{item}");
    assert_eq!(outputs(&item, "get")[0]["value"], json!([15, 25, 35]));
    let children = item["session"]["workflow_call_history"][0]["child_item_ids"].as_array().unwrap().clone();
    let values = |id: &Value| library.alice.item(id.as_i64().unwrap())["field_values"][0]["value"].clone();
    assert_eq!(children.iter().map(values).collect::<Vec<_>>(), [json!(10), json!(20), json!(30)]);
}

/// A workflow that makes one run of each picture of a board.
fn of_each_picture(board: &Value) -> Value {
    let rule = json!({ "type": "image_generator_images_from_board", "board_id": board, "category": "images" });
    let nodes = vec![
        node("g", "image_generator", &json!({ "generator": rule })),
        node("i", "image_batch", &json!({})),
        node("p", "toy_resize", &json!({})),
        node("a", "add", &json!({ "a": 1, "b": 2 })),
    ];
    returning(nodes, vec![wire("g", "images", "i", "images"), wire("i", "images", "p", "image")])
}

#[test]
fn a_called_workflow_takes_the_pictures_of_a_board_its_caller_may_look_at() {
    let library = Library::new();
    let bob = library.server.user("bob");
    let with_pictures = |client: &Client| {
        let board = client.post("/api/v1/boards/?board_name=b", &json!({})).ok()["board_id"].clone();
        let query = format!("image_category=general&is_intermediate=false&board_id={}", board.as_str().unwrap());
        let names = (0..2).map(|_| client.upload(&query, picture(8, 8), "image/png").ok()["image_name"].clone());
        let names: Vec<Value> = names.collect();
        client.upload(&query.replace("general", "mask"), picture(8, 8), "image/png").has_status(201);
        (board, names)
    };
    let (own, mut names) = with_pictures(&library.alice);
    let (theirs, _) = with_pictures(&bob);
    library.save(&library.alice, "own", &of_each_picture(&own));
    library.save(&library.alice, "theirs", &of_each_picture(&theirs));
    let mut events = library.listen();
    let mut run = |workflow: &str| {
        let id = library.alice.enqueue(&calling(workflow));
        events.until_item_ends(id);
        library.alice.item(id)
    };

    let children = run("own")["session"]["workflow_call_history"][0]["child_item_ids"].as_array().unwrap().clone();
    // The newest first.
    names.reverse();
    let value = |id: &Value| library.alice.item(id.as_i64().unwrap())["field_values"][0]["value"]["image_name"].clone();
    assert_eq!(children.iter().map(value).collect::<Vec<_>>(), names);

    let refused = run("theirs");
    assert_eq!(refused["error_type"], "UnsupportedWorkflowNodeError");
    assert!(refused["error_message"].as_str().unwrap().contains("does not have access to board"), "{refused}");
}

#[test]
fn calls_may_be_nested_until_they_are_too_deep() {
    let library = Library::new();
    library.save(&library.alice, "deep", &nested("deep"));
    let mut events = library.listen();
    let id = library.alice.enqueue(&calling("deep"));
    events.until_item_ends(id);
    let item = library.alice.item(id);
    assert_eq!(
        (&item["status"], &item["error_type"], &item["error_message"]),
        (
            &json!("failed"),
            &json!("ValueError"),
            &json!("Maximum workflow call depth exceeded (4) for workflow 'deep'")
        )
    );
    let all = library.alice.get(&format!("{QUEUE}/list_all")).ok();
    let depths: Vec<&Value> = all.as_array().unwrap().iter().map(|item| &item["workflow_call_depth"]).collect();
    assert_eq!(depths, [&Value::Null, &json!(1), &json!(2), &json!(3), &json!(4)]);
    assert!(all.as_array().unwrap().iter().all(|item| item["status"] == "failed"));
}

/// A workflow that calls another.
fn nested(inner: &str) -> Value {
    let nodes = vec![
        node("c", "call_saved_workflow", &json!({ "workflow_id": inner })),
        node("g", "workflow_return_get", &json!({ "key": "out" })),
        node("a", "add", &json!({ "b": 1 })),
    ];
    let edges = vec![wire("c", "values", "g", "values"), wire("g", "value", "a", "a")];
    let mut workflow = returning(nodes, edges);
    workflow["exposedFields"] = json!([{ "nodeId": "a", "fieldName": "a" }]);
    workflow
}

#[test]
fn a_failure_of_what_is_called_is_told_by_the_caller() {
    let library = Library::new();
    let fails = returning(vec![node("a", "toy_fail", &json!({ "message": "No luck" }))], vec![]);
    let mut fails = fails;
    fails["exposedFields"] = json!([{ "nodeId": "a", "fieldName": "message" }]);
    library.save(&library.alice, "fails", &fails);
    let mut graph = calling("fails");
    graph["edges"].as_array_mut().unwrap().remove(0);
    let mut events = library.listen();
    let id = library.alice.enqueue(&graph);
    let heard = events.until(|event| event.name == "invocation_error" && event.data["item_id"] == id);
    let item = library.alice.item(id);
    assert_eq!((&item["status"], &item["error_message"]), (&json!("failed"), &json!("No luck")));
    let call = &item["session"]["workflow_call_history"][0];
    assert_eq!((&call["status"], &call["error_message"]), (&json!("failed"), &json!("No luck")));
    assert_eq!(heard.last().unwrap().data["invocation_source_id"], "call");
    let retried = library.alice.put_json(&format!("{QUEUE}/retry_items_by_id"), &json!([id + 1])).ok();
    assert_eq!(retried["retried_item_ids"], json!([id]), "the item the chain began with is retried");
}

#[test]
fn only_workflows_one_may_see_can_be_called() {
    let library = Library::new();
    let bob = library.server.user("bob");
    let add = node("a", "add", &json!({ "a": 1, "b": 2 }));
    library.save(&bob, "bobs", &returning(vec![add], vec![]));
    let mut events = library.listen();
    for (workflow, told) in [
        ("bobs", "The selected saved workflow 'bobs' is not accessible to this user."),
        ("nope", "The selected saved workflow 'nope' could not be found."),
        ("", "A saved workflow must be selected before executing call_saved_workflow."),
    ] {
        let id = library.alice.enqueue(&calling(workflow));
        events.until_item_ends(id);
        let item = library.alice.item(id);
        assert_eq!((&item["status"], &item["error_message"]), (&json!("failed"), &json!(told)));
    }
    let database = library.server.root().join("databases/invokeai.db");
    sqlite(&database, "UPDATE workflow_library SET is_public = 1 WHERE workflow_id = ?", &["bobs"]);
    let id = library.alice.enqueue(&calling("bobs"));
    events.until_item_ends(id);
    assert_eq!(library.alice.item(id)["status"], "completed");
}

#[test]
fn canceling_any_item_of_a_chain_cancels_all_of_it_and_deleting_one_removes_all() {
    let library = Library::new();
    let mut waits = returning(vec![node("a", "toy_wait", &json!({ "value": 7 }))], vec![]);
    waits["exposedFields"] = json!([{ "nodeId": "a", "fieldName": "value" }]);
    library.save(&library.alice, "waits", &waits);
    let mut graph = calling("waits");
    graph["edges"].as_array_mut().unwrap().remove(0);
    let state = |id: i64| library.alice.item(id)["status"].clone();
    for cancel_child in [true, false] {
        let mut events = library.listen();
        let id = library.alice.enqueue(&graph);
        let begun =
            events.until(|event| event.name == "invocation_started" && event.data["invocation_source_id"] == "a");
        let child = begun.last().unwrap().data["item_id"].as_i64().unwrap();
        assert_eq!((state(id), state(child)), (json!("waiting"), json!("in_progress")));
        let kept = library.alice.put(&format!("{QUEUE}/cancel_all_except_current")).ok();
        assert_eq!(kept["canceled"], 0, "a chain under way is current");
        let canceled = if cancel_child { child } else { id };
        library.alice.put(&format!("{QUEUE}/i/{canceled}/cancel")).ok();
        assert_eq!((state(id), state(child)), (json!("canceled"), json!("canceled")));
        library.alice.delete(&format!("{QUEUE}/i/{child}")).ok();
        library.alice.get(&format!("{QUEUE}/i/{id}")).has_status(404);
    }
}

#[test]
fn a_chain_interrupted_by_a_restart_begins_anew() {
    let library = Library::new();
    let mut waits = returning(vec![node("a", "toy_wait", &json!({ "value": 7 }))], vec![]);
    waits["exposedFields"] = json!([{ "nodeId": "a", "fieldName": "value" }]);
    library.save(&library.alice, "waits", &waits);
    let mut graph = calling("waits");
    graph["edges"].as_array_mut().unwrap().remove(0);
    let mut events = library.listen();
    let id = library.alice.enqueue(&graph);
    let begun = events.until(|event| event.name == "invocation_started" && event.data["invocation_source_id"] == "a");
    let child = begun.last().unwrap().data["item_id"].as_i64().unwrap();
    let Library { server, .. } = library;
    let server = server.restart();
    let alice = server.sign_in("alice@example.com");
    // The child of the new run comes after that of the old one.
    server.toys().wait_for_arrival(child + 1);
    assert_eq!((&alice.item(id)["status"], &alice.item(child)["status"]), (&json!("waiting"), &json!("canceled")));
    let mut events = Listener::connect(&server.url(), alice.token());
    server.toys().open_gate(child + 1);
    events.until_item_ends(id);
    assert_eq!(alice.item(id)["status"], "completed");
}
