use crate::testing::{TestQueue, actor, admin, shared, sum, with};
use crate::{EnqueueBatch, QueueError, QueueSettings};
use invoke_domain::ItemStatus;
use invoke_graph::Outcome;
use serde_json::{Value, json};

#[test]
fn an_accepted_batch_runs_to_its_end_and_everything_is_told_in_order() {
    let mut test = TestQueue::new(shared());
    let enqueued = test.enqueue(&actor("alice"), sum(1, 2));
    assert_eq!((enqueued.enqueued, enqueued.requested, enqueued.priority), (1, 1, 0));
    assert_eq!(test.told_workers(), ["wake"]);
    let item = test.queue.claim("cpu").unwrap().unwrap();
    assert_eq!((item.id.0, item.device.as_deref()), (1, Some("cpu")));
    assert_eq!(test.run(&item), Outcome::Completed);
    assert_eq!(
        test.news(),
        [
            "enqueued 1 of 1 at 0 for alice",
            "1 of alice in_progress #1 (batch 0/1, queue 0/1, own 0/1, current 1)",
            "1 of alice completed #2 (batch 0/1, queue 0/1, own 0/0, current -)",
        ]
    );
    let session: Value = serde_json::from_str(&test.item(1).session).unwrap();
    assert_eq!(session["executed_history"], json!(["a", "b"]));
    let outputs: Vec<&Value> = session["results"].as_object().unwrap().values().collect();
    assert_eq!(
        outputs,
        [&json!({ "value": 1, "type": "integer_output" }), &json!({ "value": 3, "type": "integer_output" })]
    );
    assert_eq!(session["id"], item.session_id.as_str());
}

#[test]
fn the_answer_echoes_the_batch_with_all_defaults() {
    let test = TestQueue::new(shared());
    let enqueued = test.enqueue(&actor("alice"), with(sum(1, 2), json!({ "batch_id": "mine" })));
    let expected = json!({
        "batch_id": "mine", "origin": "workflows", "destination": "gallery", "data": null,
        "graph": {
            "id": "g",
            "nodes": {
                "a": { "id": "a", "is_intermediate": false, "use_cache": true, "value": 1, "type": "integer" },
                "b": { "id": "b", "is_intermediate": false, "use_cache": true, "a": 0, "b": 2, "type": "add" },
            },
            "edges": [{
                "source": { "node_id": "a", "field": "value" }, "destination": { "node_id": "b", "field": "a" },
            }],
        },
        "workflow": null, "runs": 1,
    });
    assert_eq!(enqueued.batch.to_api().to_string(), expected.to_string());
}

#[test]
fn a_waiting_session_is_stored_as_the_reference_stores_it() {
    let test = TestQueue::new(shared());
    test.enqueue(
        &actor("alice"),
        with(
            sum(1, 2),
            json!({ "data": [[
        { "node_path": "a", "field_name": "value", "items": ["5"] },
    ]] }),
        ),
    );
    let item = test.item(1);
    assert_eq!(item.field_values.as_deref(), Some(r#"[{"node_path":"a","field_name":"value","value":"5"}]"#));
    let session: Value = serde_json::from_str(&item.session).unwrap();
    let keys: Vec<&String> = session.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "graph",
            "execution_graph",
            "executed",
            "executed_history",
            "results",
            "errors",
            "workflow_call_stack",
            "workflow_call_history",
            "max_workflow_call_depth",
            "prepared_source_mapping",
            "source_prepared_mapping",
            "prepared_iteration_paths",
            "ready_order",
            "indegree",
        ]
    );
    assert_eq!(session["graph"]["nodes"]["a"]["value"], 5, "stored as the input takes it");
    assert_eq!(session["max_workflow_call_depth"], 4);
}

#[test]
fn values_of_a_group_go_together_and_groups_are_multiplied() {
    let test = TestQueue::new(shared());
    let data = json!([
        [
            { "node_path": "a", "field_name": "value", "items": [1, 2] },
            { "node_path": "b", "field_name": "a", "items": [3, 4] },
        ],
        [{ "node_path": "b", "field_name": "b", "items": [10, 20] }],
    ]);
    let enqueued = test.enqueue(&actor("alice"), with(sum(0, 0), json!({ "data": data, "runs": 2 })));
    assert_eq!((enqueued.enqueued, enqueued.requested), (8, 8));
    assert_eq!(enqueued.item_ids.iter().map(|id| id.0).collect::<Vec<_>>(), [8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(enqueued.batch.to_api()["data"], data);
    let values: Vec<Vec<i64>> = (1..=4)
        .map(|id| {
            let nodes = serde_json::from_str::<Value>(&test.item(id).session).unwrap()["graph"]["nodes"].clone();
            [&nodes["a"]["value"], &nodes["b"]["a"], &nodes["b"]["b"]].map(|value| value.as_i64().unwrap()).to_vec()
        })
        .collect();
    assert_eq!(values, [[1, 3, 10], [1, 3, 20], [2, 4, 10], [2, 4, 20]]);
    assert_eq!(test.item(5).field_values, test.item(1).field_values, "the second run repeats the first");
    assert_ne!(test.item(5).session_id, test.item(1).session_id);
    assert_eq!(test.item(5).batch_id, test.item(1).batch_id);
}

#[test]
fn a_group_without_values_makes_no_items() {
    let test = TestQueue::new(shared());
    for data in [json!([[]]), json!([[{ "node_path": "a", "field_name": "value", "items": [] }]])] {
        let enqueued = test.enqueue(&actor("alice"), with(sum(0, 0), json!({ "data": data })));
        assert_eq!((enqueued.enqueued, enqueued.requested), (0, 0));
    }
    let enqueued = test.enqueue(&actor("alice"), with(sum(0, 0), json!({ "data": [], "runs": 2 })));
    assert_eq!(enqueued.enqueued, 2);
}

#[track_caller]
fn refused(batch: Value, expected: &[(&str, Value, &str)]) {
    let test = TestQueue::new(QueueSettings::default());
    let Err(QueueError::Invalid(problems)) = test.try_enqueue(&admin(), batch, false) else {
        panic!("it should be refused");
    };
    let found: Vec<(&str, Value, &str)> =
        problems.iter().map(|problem| (problem.kind.as_str(), json!(problem.loc), problem.msg.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(test.queue.status(&admin(), &test.id).unwrap().counts.total(), 0);
}

#[test]
fn what_breaks_a_rule_is_refused_in_the_words_of_the_reference() {
    let datum = |items: Value| json!([[{ "node_path": "a", "field_name": "value", "items": items }]]);
    let data = json!(["body", "batch", "data"]);
    let one = || json!({ "node_path": "a", "field_name": "value", "items": [1] });
    refused(
        with(
            sum(0, 0),
            json!({ "data": [[
            { "node_path": "a", "field_name": "value", "items": [1, 2] },
            { "node_path": "b", "field_name": "b", "items": [1] },
        ]] }),
        ),
        &[("value_error", data.clone(), "Value error, Zipped batch items must all have the same length")],
    );
    refused(
        with(sum(0, 0), json!({ "data": datum(json!(["x", 2])) })),
        &[("value_error", data.clone(), "Value error, All items in a batch must have the same type")],
    );
    refused(
        with(sum(0, 0), json!({ "data": [[one(), one()]] })),
        &[("value_error", data.clone(), "Value error, Each batch data must have unique node_id and field_name")],
    );
    refused(
        with(sum(0, 0), json!({ "data": [[{ "node_path": "zz", "field_name": "value", "items": [1] }]] })),
        &[("value_error", json!(["body", "batch"]), "Value error, Node zz not found in graph")],
    );
    refused(
        with(sum(0, 0), json!({ "data": [[{ "node_path": "a", "field_name": "nofield", "items": [1] }]] })),
        &[("value_error", json!(["body", "batch"]), "Value error, Field nofield not found in node a")],
    );
    refused(
        with(sum(0, 0), json!({ "data": [[{ "node_path": "a", "items": [1] }]] })),
        &[("missing", json!(["body", "batch", "data", 0, 0, "field_name"]), "Field required")],
    );
    refused(with(sum(0, 0), json!({ "data": 5 })), &[("list_type", data, "Input should be a valid list")]);
    refused(
        with(sum(0, 0), json!({ "data": datum(json!(["x"])) })),
        &[(
            "int_parsing",
            json!(["body", "batch", "data", 0, 0, "items", 0]),
            "Input should be a valid integer, unable to parse string as an integer",
        )],
    );
    refused(
        with(sum(0, 0), json!({ "data": datum(json!([null])) })),
        &[
            (
                "string_type",
                json!(["body", "batch", "data", 0, 0, "items", 0, "str"]),
                "Input should be a valid string",
            ),
            (
                "float_type",
                json!(["body", "batch", "data", 0, 0, "items", 0, "float"]),
                "Input should be a valid number",
            ),
            ("int_type", json!(["body", "batch", "data", 0, 0, "items", 0, "int"]), "Input should be a valid integer"),
            (
                "model_type",
                json!(["body", "batch", "data", 0, 0, "items", 0, "ImageField"]),
                "Input should be a valid dictionary or instance of ImageField",
            ),
            (
                "model_type",
                json!(["body", "batch", "data", 0, 0, "items", 0, "VideoField"]),
                "Input should be a valid dictionary or instance of VideoField",
            ),
            (
                "list_type",
                json!(["body", "batch", "data", 0, 0, "items", 0, "list[union[str,float,int,ImageField,VideoField]]"]),
                "Input should be a valid list",
            ),
        ],
    );
    refused(
        with(sum(0, 0), json!({ "runs": 0 })),
        &[("greater_than_equal", json!(["body", "batch", "runs"]), "Input should be greater than or equal to 1")],
    );
    refused(
        with(sum(0, 0), json!({ "origin": 5, "workflow": { "name": "" } })),
        &[
            ("string_type", json!(["body", "batch", "origin"]), "Input should be a valid string"),
            ("missing", json!(["body", "batch", "workflow", "author"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "description"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "version"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "contact"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "tags"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "notes"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "exposedFields"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "meta"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "nodes"]), "Field required"),
            ("missing", json!(["body", "batch", "workflow", "edges"]), "Field required"),
        ],
    );
    refused(
        json!({ "graph": { "id": "x", "nodes": { "a": { "id": "b", "type": "integer" } }, "edges": [] } }),
        &[("value_error", json!(["body", "batch", "graph"]), "Value error, Node ids must match, got a and b")],
    );
    refused(json!({ "runs": 1 }), &[("missing", json!(["body", "batch", "graph"]), "Field required")]);
}

#[test]
fn the_body_of_a_request_needs_a_batch() {
    let problems = EnqueueBatch::from_body(&json!({ "prepend": "maybe" })).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert_eq!(
        json!(problems[0]),
        json!({ "type": "missing", "loc": ["body", "batch"], "msg": "Field required", "input": null })
    );
    assert_eq!(problems[1].kind, "bool_parsing");
    assert!(EnqueueBatch::from_body(&json!({ "batch": {}, "prepend": true })).unwrap().prepend);
}

#[test]
fn a_workflow_is_kept_and_echoed_with_its_form() {
    let test = TestQueue::new(shared());
    let workflow = json!({
        "name": "my flow", "author": "", "description": "", "version": "", "contact": "", "tags": "", "notes": "",
        "exposedFields": [], "meta": { "version": "3.0.0", "category": "user" }, "nodes": [], "edges": [], "extra": 1,
    });
    let enqueued = test.enqueue(&actor("alice"), with(sum(1, 2), json!({ "workflow": workflow })));
    let echoed = enqueued.batch.workflow.unwrap();
    assert_eq!((&echoed["name"], &echoed["form"], echoed.get("extra")), (&json!("my flow"), &Value::Null, None));
    assert_eq!(test.item(1).workflow, Some(echoed.to_string()));
}

#[test]
fn a_full_queue_takes_what_fits() {
    let mut test = TestQueue::new(QueueSettings { max_queue_size: 3, ..shared() });
    let enqueued = test.enqueue(&actor("alice"), with(sum(1, 2), json!({ "runs": 5 })));
    assert_eq!((enqueued.enqueued, enqueued.requested), (3, 5));
    let none = test.enqueue(&actor("bob"), sum(1, 2));
    assert_eq!((none.enqueued, none.requested, none.item_ids.len()), (0, 1, 0));
    assert_eq!(test.news(), ["enqueued 3 of 5 at 0 for alice", "enqueued 0 of 1 at 0 for bob"]);
    test.take().unwrap();
    assert_eq!(test.enqueue(&actor("bob"), sum(1, 2)).enqueued, 1, "only pending items count");
}

#[test]
fn an_empty_graph_completes() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), json!({ "graph": { "id": "e", "nodes": {}, "edges": [] } }));
    let item = test.queue.claim("cpu").unwrap().unwrap();
    assert_eq!(test.run(&item), Outcome::Completed);
    assert_eq!(test.item(1).status, ItemStatus::Completed);
}

#[test]
fn a_failed_item_keeps_why_and_where() {
    let mut test = TestQueue::new(shared());
    let graph = json!({ "nodes": { "f": { "id": "f", "type": "toy_fail", "message": "No." } } });
    test.enqueue(&actor("alice"), json!({ "graph": graph }));
    let item = test.queue.claim("cpu").unwrap().unwrap();
    test.run(&item);
    let failed = test.item(1);
    let failure = failed.failure.unwrap();
    assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("ValueError", "No."));
    let session: Value = serde_json::from_str(&failed.session).unwrap();
    let errors: Vec<&Value> = session["errors"].as_object().unwrap().values().collect();
    assert_eq!(errors, [&json!("ValueError: No.")]);
    assert_eq!(test.news().last().unwrap(), "1 of alice failed #2 (batch 0/1, queue 0/1, own 0/0, current -)");
}
