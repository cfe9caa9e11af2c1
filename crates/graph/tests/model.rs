//! Random graphs with loops, run by the walk and by a small model of what they mean.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use invoke_graph::testing::{CountingRandom, Log, MemoryHost, ToyContext, registry};
use invoke_graph::{Outcome, Session, run_session, validate};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// A random graph: numbers, a list, a loop over it, additions before and in the loop, what the loop collects, a second loop
/// over that, and an `if` at the end. Indices pick among the numbers that are there already.
#[derive(Debug, Clone)]
struct Plan {
    constants: Vec<i64>,
    before: Vec<(prop::sample::Index, prop::sample::Index)>,
    items: Vec<i64>,
    inside: Vec<(prop::sample::Index, prop::sample::Index)>,
    collected: Vec<prop::sample::Index>,
    second: Option<i64>,
    condition: Option<bool>,
}

fn plans() -> impl Strategy<Value = Plan> {
    use prop::collection::vec;
    let index = any::<prop::sample::Index>;
    (
        vec(-9..9_i64, 1..4),
        vec((index(), index()), 0..4),
        vec(-9..9_i64, 0..5),
        vec((index(), index()), 1..5),
        vec(index(), 1..3),
        prop::option::of(-9..9_i64),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(constants, before, items, inside, collected, second, condition)| Plan {
            constants,
            before,
            items,
            inside,
            collected,
            second,
            condition,
        })
}

/// The graph, and what each node gives in each of its passes.
#[derive(Default)]
struct Built {
    nodes: serde_json::Map<String, Value>,
    edges: Vec<Value>,
    expected: Vec<(String, Vec<Value>)>,
}

impl Built {
    fn node(&mut self, id: &str, mut node: Value, passes: Vec<Value>) -> String {
        node["id"] = id.into();
        self.nodes.insert(id.to_owned(), node);
        self.expected.push((id.to_owned(), passes));
        id.to_owned()
    }

    fn edge(&mut self, from: &str, field: &str, to: &str, input: &str) {
        self.edges.push(json!({
            "source": { "node_id": from, "field": field }, "destination": { "node_id": to, "field": input },
        }));
    }

    /// A sum of two earlier numbers, pass by pass.
    fn sum(&mut self, id: &str, a: &Number, b: &Number) -> Number {
        let passes = a.passes.len().max(b.passes.len());
        let both_in_loop = a.in_loop || b.in_loop;
        let at = |number: &Number, pass: usize| if number.in_loop { number.passes[pass] } else { number.passes[0] };
        let passes: Vec<i64> = if both_in_loop && (a.in_loop && a.passes.is_empty() || b.in_loop && b.passes.is_empty())
        {
            Vec::new()
        } else {
            (0..passes).map(|pass| at(a, pass) + at(b, pass)).collect()
        };
        self.node(id, json!({ "type": "add" }), passes.iter().map(|sum| json!({ "value": sum })).collect());
        self.edge(&a.node, a.field, id, "a");
        self.edge(&b.node, b.field, id, "b");
        Number { node: id.to_owned(), field: "value", passes, in_loop: both_in_loop }
    }
}

/// An output that is a number, with its value in each pass.
#[derive(Clone)]
struct Number {
    node: String,
    field: &'static str,
    passes: Vec<i64>,
    in_loop: bool,
}

fn iterate(built: &mut Built, id: &str, from: &str, items: &[i64]) -> Number {
    let passes = items.iter().enumerate();
    let passes = passes.map(|(index, item)| json!({ "item": item, "index": index, "total": items.len() })).collect();
    built.node(id, json!({ "type": "iterate" }), passes);
    built.edge(from, "collection", id, "collection");
    Number { node: id.to_owned(), field: "item", passes: items.to_vec(), in_loop: true }
}

fn build(plan: &Plan) -> Built {
    let mut built = Built::default();
    let mut numbers: Vec<Number> = Vec::new();
    for (index, value) in plan.constants.iter().enumerate() {
        let node = built.node(
            &format!("k{index}"),
            json!({ "type": "integer", "value": value }),
            vec![json!({ "value": value })],
        );
        numbers.push(Number { node, field: "value", passes: vec![*value], in_loop: false });
    }
    for (index, (a, b)) in plan.before.iter().enumerate() {
        let (a, b) = (numbers[a.index(numbers.len())].clone(), numbers[b.index(numbers.len())].clone());
        let sum = built.sum(&format!("b{index}"), &a, &b);
        numbers.push(sum);
    }
    let list = json!({ "type": "integer_collection", "collection": plan.items });
    built.node("list", list, vec![json!({ "collection": plan.items })]);
    let item = iterate(&mut built, "loop", "list", &plan.items);
    let mut inside = vec![item];
    for (index, (a, b)) in plan.inside.iter().enumerate() {
        // One of the two is of the loop; the other may be from before it.
        let all: Vec<Number> = inside.iter().chain(&numbers).cloned().collect();
        let (a, b) = (inside[a.index(inside.len())].clone(), all[b.index(all.len())].clone());
        let sum = built.sum(&format!("i{index}"), &a, &b);
        inside.push(sum);
    }
    // Pass by pass, and within a pass in the order of the edges.
    let mut seen = HashSet::new();
    let collected: Vec<Number> = plan.collected.iter().map(|index| inside[index.index(inside.len())].clone()).collect();
    let collected: Vec<Number> = collected.into_iter().filter(|number| seen.insert(number.node.clone())).collect();
    let gathered: Vec<i64> =
        (0..plan.items.len()).flat_map(|pass| collected.iter().map(move |number| number.passes[pass])).collect();
    let passes = if plan.items.is_empty() { Vec::new() } else { vec![json!({ "collection": gathered })] };
    let runs = !passes.is_empty();
    built.node("collect", json!({ "type": "collect" }), passes);
    for number in &collected {
        built.edge(&number.node, number.field, "collect", "item");
    }
    if let Some(added) = plan.second.filter(|_| runs) {
        let again = iterate(&mut built, "again", "collect", &gathered);
        let sums = gathered.iter().map(|item| json!({ "value": item + added })).collect();
        built.node("last", json!({ "type": "add", "b": added }), sums);
        built.edge(&again.node, again.field, "last", "a");
    }
    if let Some(condition) = plan.condition {
        let chosen = &plan.constants[0];
        let choice = json!({ "type": "if", "condition": condition });
        let value = if condition { json!(chosen) } else { Value::Null };
        built.node("choice", choice, vec![json!({ "value": value })]);
        // What feeds nothing but the side that is not taken does not run.
        let skipped = !condition && !built.edges.iter().any(|edge| edge["source"]["node_id"] == "k0");
        if let Some((_, passes)) = built.expected.iter_mut().find(|(node, _)| node == "k0").filter(|_| skipped) {
            passes.clear();
        }
        built.edge("k0", "value", "choice", "true_input");
    }
    built
}

/// What a source node gave, in the order of its passes.
fn given(session: &Session, source: &str) -> Vec<Value> {
    let prepared = session.source_prepared_mapping.get(source).into_iter().flatten();
    let mut runs: Vec<(Vec<usize>, Value)> = prepared
        .filter_map(|id| {
            let mut output = session.results.get(id)?.clone();
            let fields = output.as_object_mut().unwrap();
            fields.shift_remove("type");
            fields.shift_remove("output_meta");
            Some((session.prepared_iteration_paths[id].clone(), output))
        })
        .collect();
    runs.sort_by(|a, b| a.0.cmp(&b.0));
    runs.into_iter().map(|(_, output)| output).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn every_graph_gives_what_the_model_says_and_leaves_a_sound_session(plan in plans()) {
        let built = build(&plan);
        let registry = registry();
        let random = CountingRandom::default();
        let graph = json!({ "id": "g", "nodes": built.nodes, "edges": built.edges });
        let graph = validate(&graph, registry.catalogue(), &random).unwrap();
        let mut session = Session::new(graph, "s".to_owned(), &random);
        let mut log = Log::default();
        let mut context = ToyContext::new(Arc::new(MemoryHost::default()));
        let outcome = run_session(&mut session, &registry, &mut context, &mut log, &random);
        prop_assert_eq!(outcome, Outcome::Completed);
        for (node, passes) in &built.expected {
            prop_assert_eq!(&given(&session, node), passes, "node {}", node);
        }

        // Every prepared node ran after what feeds it, and once.
        let order: Vec<&String> = session.results.keys().collect();
        let place = |id: &String| order.iter().position(|known| *known == id);
        for edge in &session.execution_graph.edges {
            let (from, to) = (place(&edge.source.node_id), place(&edge.destination.node_id));
            prop_assert!(to.is_none() || from.is_some_and(|from| Some(from) < to), "{}", edge);
        }
        // The two mappings are each other's inverse, every source node is done, and nobody waits for anything.
        for (prepared, source) in &session.prepared_source_mapping {
            prop_assert!(session.source_prepared_mapping[source].contains(prepared));
            prop_assert!(session.execution_graph.nodes.contains_key(prepared));
        }
        prop_assert!(session.graph.nodes.keys().all(|node| session.executed.contains(node)));
        prop_assert!(session.results.keys().all(|id| session.indegree[id] == 0));
        prop_assert!(session.errors.is_empty());
        // What is stored is read back as it was, and ran to its end.
        let stored = Session::from_json(&session.to_json(registry.catalogue())).unwrap();
        prop_assert!(stored.is_complete());
        prop_assert_eq!(stored.executed_history, session.executed_history);
    }
}
