//! Whole runs: what the observer is told, how they end, and that every graph that is accepted comes to its end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use invoke_domain::OsRandom;
use invoke_graph::testing::{CountingRandom, Log, MemoryHost, ToyContext, registry};
use invoke_graph::{Catalogue, NodeMeta, Outcome, PixelMode, RunContext, Session, Walk, run_session, validate};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

fn session(nodes: Value, edges: &[(&str, &str, &str, &str)]) -> Session {
    let mut nodes = nodes;
    for (id, node) in nodes.as_object_mut().unwrap() {
        node["id"] = id.as_str().into();
    }
    let edges: Vec<Value> = edges
        .iter()
        .map(|(source, field, destination, to)| {
            json!({
                "source": { "node_id": source, "field": field }, "destination": { "node_id": destination, "field": to },
            })
        })
        .collect();
    let graph = json!({ "id": "g", "nodes": nodes, "edges": edges });
    let random = CountingRandom::default();
    let graph = validate(&graph, registry().catalogue(), &random).unwrap();
    Session::new(graph, "s".to_owned(), &random)
}

fn run_on(host: &Arc<MemoryHost>, session: &mut Session) -> (Outcome, Vec<String>) {
    let mut log = Log::default();
    let mut context = ToyContext::new(host.clone());
    let outcome = run_session(session, &registry(), &mut context, &mut log, &OsRandom);
    (outcome, log.0)
}

fn run(session: &mut Session) -> (Outcome, Vec<String>) {
    run_on(&Arc::default(), session)
}

fn failure(outcome: Outcome) -> (String, String) {
    match outcome {
        Outcome::Failed(failure) => (failure.kind, failure.message),
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn the_observer_hears_of_each_node_in_order() {
    let nodes = json!({ "a": { "type": "integer", "value": 1 }, "b": { "type": "add", "b": 2 } });
    let mut session = session(nodes, &[("a", "value", "b", "a")]);
    let (outcome, log) = run(&mut session);
    assert_eq!(outcome, Outcome::Completed);
    assert_eq!(log, ["started a", "completed a 1", "started b", "completed b 3"]);
    assert!(session.is_complete());
    let (again, log) = run(&mut session);
    assert_eq!((again, log), (Outcome::Completed, Vec::<String>::new()), "nothing is left to run");
}

#[test]
fn a_failing_node_ends_the_run_and_is_noted() {
    let nodes = json!({ "f": { "type": "toy_fail", "message": "No." }, "b": { "type": "add" } });
    let mut session = session(nodes, &[("f", "value", "b", "a")]);
    let (outcome, log) = run(&mut session);
    assert_eq!(failure(outcome), ("ValueError".to_owned(), "No.".to_owned()));
    assert_eq!(log, ["started f", "failed f ValueError"]);
    assert_eq!(session.errors.values().collect::<Vec<_>>(), ["ValueError: No."]);
    assert!(session.has_error() && session.is_complete());
    assert!(session.executed_history.is_empty());
}

#[test]
fn a_panic_in_a_node_fails_the_run_only() {
    let mut session = session(json!({ "f": { "type": "toy_fail", "message": "boom", "panic": true } }), &[]);
    let (kind, message) = failure(run(&mut session).0);
    assert_eq!((kind.as_str(), message.as_str()), ("RuntimeError", "The node stopped unexpectedly: boom"));
}

#[test]
fn an_input_that_is_still_missing_when_the_node_runs_is_named() {
    let mut session = session(json!({ "r": { "type": "toy_resize" } }), &[]);
    let (outcome, log) = run(&mut session);
    let message = "Node toy_resize missing value or connection for field image";
    assert_eq!(failure(outcome), ("MissingInputException".to_owned(), message.to_owned()));
    assert_eq!(log, ["started r", "failed r MissingInputException"]);
}

#[test]
fn what_a_host_refuses_fails_the_node_with_the_hosts_reason() {
    let mut session = session(json!({ "r": { "type": "toy_resize", "image": { "image_name": "missing.png" } } }), &[]);
    let message = "Queue user is not authorized to access this image";
    assert_eq!(failure(run(&mut session).0), ("PermissionError".to_owned(), message.to_owned()));
}

#[test]
fn an_input_that_does_not_fit_fails_before_the_node_starts() {
    let nodes = json!({ "a": { "type": "integer", "value": 7 }, "i": { "type": "toy_image" } });
    let mut session = session(nodes, &[("a", "value", "i", "width")]);
    let (outcome, log) = run(&mut session);
    let (kind, message) = failure(outcome);
    assert_eq!(kind, "NodeInputError");
    assert!(message.ends_with(" has invalid incoming input for width"), "{message}");
    assert_eq!(log, ["started a", "completed a 7", "failed i NodeInputError"]);
}

#[test]
fn images_carry_what_their_node_says_about_them() {
    let nodes = json!({
        "i": { "type": "toy_image", "width": 16, "height": 4, "shade": [10, 20], "metadata": { "seed": 1 } },
        "j": { "type": "toy_image", "is_intermediate": true },
    });
    let host = Arc::<MemoryHost>::default();
    let mut session = session(nodes, &[("i", "image", "j", "like")]);
    assert_eq!(run_on(&host, &mut session).0, Outcome::Completed);
    let names = host.image_names();
    assert_eq!(names.len(), 2);
    let image = invoke_graph::Host::load_image(&*host, &names[0]).unwrap();
    assert_eq!((image.mode, image.width, image.height), (PixelMode::L, 16, 4));
    assert_eq!((image.pixels[0], image.pixels.len()), (15, 64));
    assert_eq!(image.metadata, Some(json!({ "seed": 1 })));
    let copy = invoke_graph::Host::load_image(&*host, &names[1]).unwrap();
    assert_eq!((copy.width, copy.height, copy.metadata), (16, 4, None));
}

#[test]
fn a_cancelled_run_stops_inside_the_node_that_looks() {
    let host = Arc::<MemoryHost>::default();
    let nodes = json!({ "w": { "type": "toy_wait", "value": 5 }, "b": { "type": "add" } });
    let mut session = session(nodes, &[("w", "value", "b", "a")]);
    let (outcome, log) = thread::scope(|scope| {
        let runner = scope.spawn(|| run_on(&host, &mut session));
        host.gate.wait_for_arrival();
        host.gate.cancel();
        runner.join().unwrap()
    });
    assert_eq!((outcome, log), (Outcome::Canceled, vec!["started w".to_owned()]));
    assert!(!session.is_complete());
    assert_eq!(host.progress_so_far().len(), 1);
}

#[test]
fn an_open_gate_lets_the_node_go_on() {
    let host = Arc::<MemoryHost>::default();
    host.gate.open();
    let mut session = session(json!({ "w": { "type": "toy_wait", "value": 5 } }), &[]);
    assert_eq!(run_on(&host, &mut session), (Outcome::Completed, vec!["started w".into(), "completed w 5".into()]));
}

/// Counts how often nodes run, remembers outputs, and stops after a number of nodes.
#[derive(Default)]
struct Remembering {
    known: HashMap<String, Value>,
    entered: usize,
    allowed: usize,
}

impl RunContext for Remembering {
    fn enter(&mut self, _: &NodeMeta) {
        self.entered += 1;
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn may_continue(&mut self) -> bool {
        self.allowed > self.entered
    }

    fn recall(&mut self, node: &Value) -> Option<Value> {
        self.known.get(&node.to_string()).cloned()
    }

    fn remember(&mut self, node: &Value, output: &Value) {
        self.known.insert(node.to_string(), output.clone());
    }
}

fn plain_registry() -> invoke_graph::Registry<Remembering> {
    let mut registry = invoke_graph::Registry::new().unwrap();
    registry.add::<invoke_graph::testing::Integer>().unwrap();
    registry.add::<invoke_graph::testing::Add>().unwrap();
    registry
}

#[test]
fn an_owner_who_may_no_longer_run_anything_ends_the_run() {
    let nodes = json!({ "a": { "type": "integer" }, "b": { "type": "add" } });
    let mut session = session(nodes, &[("a", "value", "b", "a")]);
    let mut context = Remembering { allowed: 1, ..Remembering::default() };
    let mut log = Log::default();
    let outcome = run_session(&mut session, &plain_registry(), &mut context, &mut log, &OsRandom);
    assert_eq!((outcome, log.0), (Outcome::Canceled, vec!["started a".to_owned(), "completed a 0".to_owned()]));
}

#[test]
fn an_equal_node_is_not_run_again_unless_it_asks_for_it() {
    let nodes = json!({
        "a": { "type": "integer", "value": 3 }, "b": { "type": "integer", "value": 3 },
        "c": { "type": "integer", "value": 3, "use_cache": false },
    });
    let mut session = session(nodes, &[]);
    let mut context = Remembering { allowed: 10, ..Remembering::default() };
    run_session(&mut session, &plain_registry(), &mut context, &mut Log::default(), &OsRandom);
    assert_eq!(session.results.len(), 3);
    assert_eq!(context.known.len(), 1, "only what may be remembered is");
}

#[test]
fn items_of_one_pass_are_collected_in_the_order_of_the_edges() {
    let nodes = json!({
        "a": { "type": "integer", "value": 1 }, "b": { "type": "integer", "value": 2 },
        "l": { "type": "integer_collection", "collection": [7, 8] }, "c": { "type": "collect" },
    });
    for _ in 0..5 {
        let edges = [("b", "value", "c", "item"), ("l", "collection", "c", "collection"), ("a", "value", "c", "item")];
        let mut session = session(nodes.clone(), &edges);
        let (_, log) = run(&mut session);
        assert_eq!(log.last().unwrap(), "completed c [7,8,2,1]");
    }
}

#[test]
fn a_loop_that_grows_too_large_is_refused() {
    let nodes = json!({
        "r": { "type": "range", "stop": 1000 }, "i": { "type": "iterate" }, "j": { "type": "iterate" },
        "s": { "type": "add" },
    });
    let edges = [
        ("r", "collection", "i", "collection"),
        ("r", "collection", "j", "collection"),
        ("i", "item", "s", "a"),
        ("j", "item", "s", "b"),
    ];
    let mut session = session(nodes, &edges);
    let (kind, message) = failure(run(&mut session).0);
    assert_eq!(kind, "GraphError");
    assert_eq!(message, "the graph's loops expand into more than the permitted nodes: 100000");
}

#[test]
fn a_damaged_session_is_refused() {
    let mut session = session(json!({ "a": { "type": "integer" } }), &[]);
    session.prepared_source_mapping.insert("x".to_owned(), "nobody".to_owned());
    let catalogue: Catalogue = registry().catalogue().clone();
    assert!(Walk::new(&mut session, &catalogue, &OsRandom).is_err());
    assert!(Session::from_json("{\"id\": 5}").is_err());
}

#[test]
fn the_api_shows_every_field_of_a_session() {
    let nodes = json!({ "i": { "type": "toy_image" } });
    let mut session = session(nodes, &[]);
    run(&mut session);
    let registry = registry();
    let stored = Session::from_json(&session.to_json(registry.catalogue())).unwrap();
    assert!(!stored.to_json(registry.catalogue()).contains("null"), "nothings are not stored");
    let shown = stored.to_api(registry.catalogue());
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
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
            "workflow_call_parent",
            "waiting_workflow_call",
            "waiting_workflow_call_execution",
            "waiting_workflow_call_child_session",
            "max_workflow_call_depth",
            "prepared_source_mapping",
            "source_prepared_mapping",
            "prepared_iteration_paths",
            "ready_order",
            "indegree",
        ]
    );
    let node = &shown["graph"]["nodes"]["i"];
    assert_eq!((&node["board"], &node["metadata"], &node["like"]), (&Value::Null, &Value::Null, &Value::Null));
    let output = shown["results"].as_object().unwrap().values().next().unwrap();
    assert_eq!(
        output.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["output_meta", "image", "width", "height", "type"]
    );
}

/// Additions that use some of the earlier ones.
fn dags() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..=2), 1..60).prop_map(|nodes| {
        let parents = |(number, parents): (usize, Vec<prop::sample::Index>)| {
            if number == 0 { Vec::new() } else { parents.iter().map(|parent| parent.index(number)).collect() }
        };
        nodes.into_iter().enumerate().map(parents).collect()
    })
}

proptest! {
    #[test]
    fn in_every_graph_without_loops_each_node_runs_once_after_its_parents(dag in dags(), order in any::<u64>()) {
        // The nodes are listed in another order than they depend on each other.
        let mut numbers: Vec<usize> = (0..dag.len()).collect();
        numbers.sort_by_key(|number| (*number as u64).wrapping_mul(order | 1));
        let nodes: serde_json::Map<String, Value> =
            numbers.iter().map(|number| (format!("n{number}"), json!({ "type": "add", "a": 1, "b": 0 }))).collect();
        let names: Vec<String> = (0..dag.len()).map(|number| format!("n{number}")).collect();
        let mut edges = Vec::new();
        for (number, parents) in dag.iter().enumerate() {
            for (parent, field) in parents.iter().zip(["a", "b"]) {
                edges.push((names[*parent].as_str(), "value", names[number].as_str(), field));
            }
        }
        let mut session = session(nodes.into(), &edges);
        let (outcome, log) = run(&mut session);
        prop_assert_eq!(outcome, Outcome::Completed);
        prop_assert_eq!(session.executed_history.len(), dag.len());
        let started: Vec<&str> = log.iter().filter_map(|line| line.strip_prefix("started ")).collect();
        prop_assert_eq!(started.len(), dag.len());
        let place: HashMap<&str, usize> = started.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        prop_assert_eq!(place.len(), dag.len(), "some node ran twice");
        let mut sums = vec![0i64; dag.len()];
        for (number, parents) in dag.iter().enumerate() {
            for parent in parents {
                prop_assert!(place[names[*parent].as_str()] < place[names[number].as_str()]);
            }
            sums[number] = match parents.as_slice() {
                [] => 1,
                [a] => sums[*a],
                [a, b, ..] => sums[*a].saturating_add(sums[*b]),
            };
            let line = format!("completed n{number} {}", sums[number]);
            prop_assert!(log.contains(&line), "no line `{}`", line);
        }
    }
}
