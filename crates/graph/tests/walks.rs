//! Walks compared with those of InvokeAI 6.14.2, recorded by `fixtures/make_walks.py`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use invoke_graph::testing::{CountingRandom, Log, MemoryHost, ToyContext, registry};
use invoke_graph::{Outcome, Session, Walk, run_session, validate};
use serde_json::{Value, json};
use std::sync::Arc;

fn walks() -> Vec<Value> {
    serde_json::from_str(include_str!("fixtures/walks.json")).unwrap()
}

/// What ran: source node, pass, output.
fn runs(session: &Session) -> Vec<Value> {
    session
        .results
        .iter()
        .map(|(id, output)| {
            let mut output = output.clone();
            let fields = output.as_object_mut().unwrap();
            fields.shift_remove("type");
            fields.shift_remove("output_meta");
            json!([session.prepared_source_mapping[id], session.prepared_iteration_paths[id], output])
        })
        .collect()
}

fn sorted(mut runs: Vec<Value>) -> Vec<Value> {
    runs.sort_by_key(Value::to_string);
    runs
}

fn run(walk: &Value, resume_after_each: bool) -> (Session, Outcome, Vec<String>) {
    let registry = registry();
    let random = CountingRandom::default();
    let graph = validate(&walk["graph"], registry.catalogue(), &random).unwrap();
    let mut session = Session::new(graph, "s".to_owned(), &random);
    if resume_after_each {
        resume(&mut session, &random);
    }
    let mut log = Log::default();
    let mut context = ToyContext::new(Arc::new(MemoryHost::default()));
    let outcome = run_session(&mut session, &registry, &mut context, &mut log, &random);
    (session, outcome, log.0)
}

/// Walks one node at a time, each from the stored text of the session.
fn resume(session: &mut Session, random: &CountingRandom) {
    let registry = registry();
    let mut context = ToyContext::new(Arc::new(MemoryHost::default()));
    loop {
        let mut restored = Session::from_json(&session.to_json(registry.catalogue())).unwrap();
        let mut walk = Walk::new(&mut restored, registry.catalogue(), random).unwrap();
        let Ok(Some(prepared)) = walk.next() else { return };
        let output = match walk.control_output(&prepared) {
            Some(output) => output.unwrap(),
            None => registry.run(prepared.kind(), prepared.node.clone(), &mut context).unwrap(),
        };
        walk.complete(&prepared.id, output).unwrap();
        *session = restored;
    }
}

#[test]
fn every_node_runs_in_the_same_passes_with_the_same_results() {
    let mut compared = 0;
    for walk in walks().iter().filter(|walk| walk.get("runs").is_some()) {
        let (session, outcome, _) = run(walk, false);
        let expected = sorted(walk["runs"].as_array().unwrap().clone());
        if walk["stuck"] == true {
            assert_eq!(outcome, Outcome::Completed, "{}", walk["name"]);
            assert!(session.results.len() > expected.len(), "{}", walk["name"]);
            continue;
        }
        assert_eq!(sorted(runs(&session)), expected, "{}", walk["name"]);
        match &walk["failed"] {
            Value::Null => assert_eq!(outcome, Outcome::Completed, "{}", walk["name"]),
            failed => {
                let Outcome::Failed(failure) = outcome else { panic!("{} did not fail", walk["name"]) };
                assert_eq!(failure.kind, "NodeInputError");
                let field = failed[1].as_str().unwrap();
                assert!(failure.message.ends_with(&format!("has invalid incoming input for {field}")), "{failure:?}");
            }
        }
        compared += 1;
    }
    assert!(compared > 200, "only {compared} walks were compared");
}

#[test]
fn the_order_is_the_same_wherever_the_reference_has_one() {
    let mut compared = 0;
    for walk in walks().iter().filter(|walk| walk["ordered"] == true && walk["stuck"] == false) {
        let (session, _, _) = run(walk, false);
        assert_eq!(runs(&session), *walk["runs"].as_array().unwrap(), "{}", walk["name"]);
        assert_eq!(json!(session.executed_history), walk["done"], "{}", walk["name"]);
        compared += 1;
    }
    assert!(compared > 150, "only {compared} orders were compared");
}

#[test]
fn a_walk_resumed_from_its_stored_text_after_each_node_ends_the_same() {
    for walk in walks().iter().filter(|walk| walk["failed"].is_null() && walk["stuck"] == false) {
        let (session, outcome, log) = run(walk, true);
        assert_eq!(log, Vec::<String>::new(), "everything had run: {}", walk["name"]);
        assert_eq!(outcome, Outcome::Completed, "{}", walk["name"]);
        let mut outputs = sorted(runs(&session));
        for output in &mut outputs {
            // The reference leaves nothings out of stored results, and so do we.
            output[2].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        let mut expected = sorted(walk["runs"].as_array().unwrap().clone());
        for output in &mut expected {
            output[2].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        assert_eq!(sorted(outputs), sorted(expected), "{}", walk["name"]);
    }
}
