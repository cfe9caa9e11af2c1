//! Whether a graph is one we can run. Nodes are checked one by one (all their problems are told), then the edges and
//! what they make of the graph (the first broken rule is told), in the order and the words of the reference.

mod nodes;
mod special;
mod structure;

use crate::{Bounds, Catalogue, Graph, Problem};
use invoke_domain::{Random, new_uuid};
pub(crate) use nodes::{fill_node, strip, strip_node};
use serde_json::{Value, json};
pub(crate) use structure::input_type;

/// Checks a graph as it was sent: types and limits of inputs, edges, loops. The graph that comes back has all defaults
/// and the field order of the reference. Places of problems are relative to the graph.
pub fn validate(graph: &Value, catalogue: &Catalogue, random: &dyn Random) -> Result<Graph, Vec<Problem>> {
    let Value::Object(given) = graph else {
        let msg = "Input should be a valid dictionary or instance of Graph";
        return Err(vec![Problem::new("model_type", &[], msg, graph).with(json!({ "class_name": "Graph" }))]);
    };
    refuse_large(given.get("nodes"), given.get("edges"), graph)?;

    let mut problems = Vec::new();
    let id = match given.get("id") {
        None => new_uuid(random),
        Some(Value::String(id)) => id.clone(),
        Some(other) => {
            problems.push(Problem::new("string_type", &["id".into()], "Input should be a valid string", other));
            String::new()
        }
    };
    let nodes = nodes::check_nodes(given.get("nodes"), catalogue, &mut problems);
    let edges = structure::read_edges(given.get("edges"), &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let checked = Graph { id, nodes, edges };
    match structure::broken_rule(&checked, catalogue).or_else(|| special::broken_rule(&checked, catalogue)) {
        Some(sentence) => Err(vec![Problem::rule(&[], sentence, graph)]),
        None => Ok(checked),
    }
}

/// A graph is measured before any work is done on it.
fn refuse_large(nodes: Option<&Value>, edges: Option<&Value>, graph: &Value) -> Result<(), Vec<Problem>> {
    let bounds = Bounds::STANDARD;
    let nodes = nodes.and_then(Value::as_object).map_or(0, serde_json::Map::len);
    let edges = edges.and_then(Value::as_array).map_or(0, Vec::len);
    for (count, limit, what) in [(nodes, bounds.nodes, "nodes"), (edges, bounds.edges, "edges")] {
        if count > limit {
            let sentence = format!("Graph has {count} {what}, at most {limit} are allowed");
            let mut problem = Problem::rule(&[], sentence, graph);
            problem.input = Value::Null; // it is too large to be sent back
            return Err(vec![problem]);
        }
    }
    Ok(())
}
