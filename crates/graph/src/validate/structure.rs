//! Edges: whether they connect what exists and what fits, and whether they run in circles.

use crate::compat::compatible;
use crate::{Catalogue, Edge, FieldType, Graph, GraphNode, Port, Problem};
use serde_json::{Value, json};
use std::collections::HashMap;

pub(super) fn read_edges(edges: Option<&Value>, problems: &mut Vec<Problem>) -> Vec<Edge> {
    let given = match edges {
        None => return Vec::new(),
        Some(Value::Array(given)) => given,
        Some(other) => {
            problems.push(Problem::new("list_type", &["edges".into()], "Input should be a valid list", other));
            return Vec::new();
        }
    };
    given.iter().enumerate().filter_map(|(index, edge)| read_edge(edge, index, problems)).collect()
}

fn read_edge(edge: &Value, index: usize, problems: &mut Vec<Problem>) -> Option<Edge> {
    let loc: Vec<Value> = vec!["edges".into(), index.into()];
    let Value::Object(ends) = edge else {
        problems.push(not_an_object(edge, "Edge", &loc));
        return None;
    };
    let mut read = |name: &str| {
        let mut loc = loc.clone();
        loc.push(name.into());
        match ends.get(name) {
            Some(port) => read_port(port, &loc, problems),
            None => {
                problems.push(Problem::missing(&loc, edge));
                None
            }
        }
    };
    let (source, destination) = (read("source"), read("destination"));
    Some(Edge { source: source?, destination: destination? })
}

fn read_port(port: &Value, loc: &[Value], problems: &mut Vec<Problem>) -> Option<Port> {
    let Value::Object(given) = port else {
        problems.push(not_an_object(port, "EdgeConnection", loc));
        return None;
    };
    let mut read = |name: &str| {
        let mut loc = loc.to_vec();
        loc.push(name.into());
        match given.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => {
                problems.push(Problem::new("string_type", &loc, "Input should be a valid string", other));
                None
            }
            None => {
                problems.push(Problem::missing(&loc, port));
                None
            }
        }
    };
    let (node_id, field) = (read("node_id"), read("field"));
    Some(Port { node_id: node_id?, field: field? })
}

fn not_an_object(value: &Value, class: &str, loc: &[Value]) -> Problem {
    let msg = format!("Input should be a valid dictionary or instance of {class}");
    Problem::new("model_type", loc, msg, value).with(json!({ "class_name": class }))
}

/// The first rule about ids, edges and circles that the graph breaks.
pub(super) fn broken_rule(graph: &Graph, catalogue: &Catalogue) -> Option<String> {
    broken_ids(graph)
        .or_else(|| missing_ends(graph, catalogue))
        .or_else(|| has_circle(graph).then(|| "Graph contains cycles".to_owned()))
        .or_else(|| mismatched_edge(graph, catalogue))
}

fn broken_ids(graph: &Graph) -> Option<String> {
    let mut seen = HashMap::new();
    for node in graph.nodes.values().filter(|node| node.0.contains_key("id")) {
        if seen.insert(node.id(), ()).is_some() {
            return Some(format!("Node ids must be unique, found duplicates {{'{}'}}", node.id()));
        }
    }
    graph
        .nodes
        .iter()
        .find(|(key, node)| key.as_str() != node.id())
        .map(|(key, node)| format!("Node ids must match, got {key} and {}", node.id()))
}

fn missing_ends(graph: &Graph, catalogue: &Catalogue) -> Option<String> {
    graph.edges.iter().find_map(|edge| {
        let (from, to) = (&edge.source, &edge.destination);
        let Some(source) = graph.nodes.get(&from.node_id) else {
            return Some(format!("Edge source node {} does not exist in the graph", from.node_id));
        };
        let Some(destination) = graph.nodes.get(&to.node_id) else {
            return Some(format!("Edge destination node {} does not exist in the graph", to.node_id));
        };
        if output_type(source, &from.field, catalogue).is_none() {
            return Some(format!("Edge source field {} does not exist in node {}", from.field, from.node_id));
        }
        if input_type(destination, &to.field, catalogue).is_none() {
            return Some(format!("Edge destination field {} does not exist in node {}", to.field, to.node_id));
        }
        None
    })
}

fn has_circle(graph: &Graph) -> bool {
    let mut unmet: HashMap<&str, usize> = graph.nodes.keys().map(|id| (id.as_str(), 0)).collect();
    let mut next: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &graph.edges {
        *unmet.entry(&edge.destination.node_id).or_default() += 1;
        next.entry(&edge.source.node_id).or_default().push(&edge.destination.node_id);
    }
    let mut ready: Vec<&str> = unmet.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    let mut done = 0;
    while let Some(id) = ready.pop() {
        done += 1;
        for child in next.remove(id).unwrap_or_default() {
            if let Some(count) = unmet.get_mut(child) {
                *count -= 1;
                if *count == 0 {
                    ready.push(child);
                }
            }
        }
    }
    done < graph.nodes.len()
}

fn mismatched_edge(graph: &Graph, catalogue: &Catalogue) -> Option<String> {
    graph.edges.iter().find_map(|edge| {
        let from = output_type(graph.nodes.get(&edge.source.node_id)?, &edge.source.field, catalogue)?;
        let to = input_type(graph.nodes.get(&edge.destination.node_id)?, &edge.destination.field, catalogue)?;
        (!compatible(&from, &to, &catalogue.vocabulary))
            .then(|| format!("Edge source and target types do not match ({edge})"))
    })
}

/// The type of an output of `node`.
pub(crate) fn output_type(node: &GraphNode, field: &str, catalogue: &Catalogue) -> Option<FieldType> {
    let output = catalogue.output_of(node.kind())?;
    match field {
        "type" => Some(FieldType::Literal { values: vec![output.kind.as_str().into()] }),
        "output_meta" => Some(FieldType::Dict.optional()),
        _ => Some(output.field(field)?.field_type.clone()),
    }
}

/// The type of an input of `node`.
pub(crate) fn input_type(node: &GraphNode, field: &str, catalogue: &Catalogue) -> Option<FieldType> {
    let spec = catalogue.node(node.kind())?;
    match field {
        "id" => Some(FieldType::String),
        "is_intermediate" | "use_cache" => Some(FieldType::Boolean),
        "type" => Some(FieldType::Literal { values: vec![spec.kind.as_str().into()] }),
        "board" if spec.board => Some(FieldType::Object { name: "BoardField".to_owned() }.optional()),
        "metadata" if spec.metadata => Some(FieldType::Object { name: "MetadataField".to_owned() }.optional()),
        _ if spec.is_open_to(field) => Some(FieldType::Any),
        _ => Some(spec.input(field)?.stored_type()),
    }
}
