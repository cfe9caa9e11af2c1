//! Which graphs a called workflow becomes: one, or with batch nodes in it one for each combination of their values. The
//! page does the same before it enqueues; a called workflow never passes through the page.

use super::generators::{self, Pictures};
use crate::batch::{Datum, fit_data};
use crate::expand;
use invoke_domain::Random;
use invoke_graph::{CallError, Catalogue, Graph, SavedWorkflow};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The class the reference gives to what only the page can do.
pub(super) const UNSUPPORTED: &str = "UnsupportedWorkflowNodeError";

/// The batch nodes, and the input that holds their values.
const BATCH_NODES: [(&str, &str); 4] =
    [("image_batch", "images"), ("string_batch", "strings"), ("integer_batch", "integers"), ("float_batch", "floats")];

/// Batches of the same group go together; those of no group are multiplied with everything.
const NO_GROUP: &str = "None";
const GROUPS: [&str; 5] = ["Group 1", "Group 2", "Group 3", "Group 4", "Group 5"];

/// One item to be made.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) graph: Graph,
    /// The batch values of the item, as they are stored.
    pub(super) values: Option<String>,
}

pub(super) fn unsupported(message: impl Into<String>) -> CallError {
    CallError::new(UNSUPPORTED, message)
}

pub(super) fn too_many() -> CallError {
    let message = "call_saved_workflow exceeds remaining queue capacity for child workflow executions";
    CallError::new("TooManySessionsError", message)
}

/// The items of a call with these inputs; an error when there are more than `limit`.
pub(super) fn of(
    mut workflow: SavedWorkflow,
    inputs: &Map<String, Value>,
    limit: usize,
    catalogue: &Catalogue,
    random: &dyn Random,
    pictures: Pictures<'_>,
) -> Result<Vec<Child>, CallError> {
    workflow.set_inputs(inputs, catalogue)?;
    let (groups, left_out) = batches(&workflow, &Values { limit, random, pictures })?;
    if groups.is_empty() {
        return Ok(vec![Child { graph: workflow.graph(catalogue, random)?, values: None }]);
    }
    reject_other_generators(&workflow, &left_out)?;
    let graph = workflow.without(&left_out.iter().map(String::as_str).collect()).graph(catalogue, random)?;
    let groups = fit_data(groups, &graph, catalogue, &[], &Value::Null).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        CallError::new("ValidationError", told.join("; "))
    })?;
    if expand::combinations(&groups) > limit as u64 {
        return Err(too_many());
    }
    Ok(expand::graphs(&graph, &groups).map(|(graph, values)| Child { graph, values: Some(values) }).collect())
}

/// What the values of batches are made with.
struct Values<'a> {
    /// Items at most.
    limit: usize,
    random: &'a dyn Random,
    pictures: Pictures<'a>,
}

type Batches = (Vec<Vec<Datum>>, HashSet<String>);

/// The values of the batch nodes by group, those without a group each alone and first, and the nodes that are no part of
/// the graph.
fn batches(workflow: &SavedWorkflow, values: &Values<'_>) -> Result<Batches, CallError> {
    let mut alone: Vec<Vec<Datum>> = Vec::new();
    let mut grouped: Vec<(&str, Vec<Datum>)> = Vec::new();
    let mut left_out = HashSet::new();
    for (id, data) in workflow.nodes() {
        let kind = data.get("type").and_then(Value::as_str).unwrap_or_default();
        let Some((_, field)) = BATCH_NODES.iter().find(|(batch, _)| *batch == kind) else { continue };
        let items = items_of(workflow, id, data, field, values, &mut left_out)?;
        let destinations = workflow.destinations_of(id, field);
        if destinations.is_empty() {
            let message = format!(
                "call_saved_workflow batch child workflow node '{id}' is not connected to any invocation input"
            );
            return Err(unsupported(message));
        }
        left_out.insert(id.to_owned());
        let data_of = destinations.into_iter().map(|(node, field)| Datum {
            node: node.to_owned(),
            field: field.to_owned(),
            items: for_input(field, &items),
            stored: Vec::new(),
        });
        match group_of(data)? {
            NO_GROUP => alone.extend(data_of.map(|datum| vec![datum])),
            group => match grouped.iter_mut().find(|(known, _)| *known == group) {
                Some((_, known)) => known.extend(data_of),
                None => grouped.push((group, data_of.collect())),
            },
        }
    }
    for (group, data) in &grouped {
        if data.iter().any(|datum| datum.items.len() != data[0].items.len()) {
            let message = format!("Zipped batch items must all have the same length: {group}");
            return Err(CallError::new("ValidationError", message));
        }
    }
    alone.extend(grouped.into_iter().map(|(_, data)| data));
    Ok((alone, left_out))
}

/// A list input takes each value as a list of one.
fn for_input(field: &str, items: &[Value]) -> Vec<Value> {
    if field == "collection" { items.iter().map(|item| vec![item.clone()].into()).collect() } else { items.to_vec() }
}

fn items_of(
    workflow: &SavedWorkflow,
    id: &str,
    data: &Map<String, Value>,
    field: &str,
    values: &Values<'_>,
    left_out: &mut HashSet<String>,
) -> Result<Vec<Value>, CallError> {
    let items = match workflow.sources_of(id, field).as_slice() {
        [] => typed_items(id, data, field)?,
        [Some(source)] => {
            let generator = workflow.nodes().find(|(node, _)| node == source).map(|(_, data)| data);
            let is_generator = |data: &&Map<String, Value>| {
                data.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("_generator"))
            };
            let Some(generator) = generator.filter(is_generator) else {
                let message = format!(
                    "call_saved_workflow does not yet support connected batch child workflow inputs on node '{id}'"
                );
                return Err(unsupported(message));
            };
            left_out.insert((*source).to_owned());
            let items = generators::items(source, generator, values.limit, values.random, values.pictures)?;
            if items.is_empty() {
                let message = format!(
                    "call_saved_workflow generator-backed batch child workflow node '{source}' produced no batch items"
                );
                return Err(unsupported(message));
            }
            items
        }
        [None] => {
            let message = format!(
                "call_saved_workflow does not yet support connected batch child workflow inputs on node '{id}'"
            );
            return Err(unsupported(message));
        }
        _ => {
            let message =
                format!("call_saved_workflow does not yet support multiple connected batch inputs on node '{id}'");
            return Err(unsupported(message));
        }
    };
    if items.len() > values.limit { Err(too_many()) } else { Ok(items) }
}

/// The values written in the node itself.
fn typed_items(id: &str, data: &Map<String, Value>, field: &str) -> Result<Vec<Value>, CallError> {
    let input = data.get("inputs").and_then(|inputs| inputs.get(field));
    let input = input.ok_or_else(|| {
        unsupported(format!("call_saved_workflow batch child workflow node is missing required '{field}' input"))
    })?;
    let Some(items) = input.get("value").and_then(Value::as_array) else {
        let message =
            format!("call_saved_workflow batch child workflow node '{id}' must provide a direct list for '{field}'");
        return Err(unsupported(message));
    };
    if items.is_empty() {
        let message =
            format!("call_saved_workflow batch child workflow node '{id}' must provide at least one batch item");
        return Err(unsupported(message));
    }
    Ok(items.clone())
}

fn group_of(data: &Map<String, Value>) -> Result<&str, CallError> {
    let group = data.get("inputs").and_then(|inputs| inputs.get("batch_group_id")?.get("value")?.as_str());
    match group {
        None | Some(NO_GROUP) => Ok(NO_GROUP),
        Some(group) if GROUPS.contains(&group) => Ok(group),
        Some(other) => Err(unsupported(format!("Unsupported batch group id '{other}' in called workflow"))),
    }
}

/// A generator that feeds no batch would have to run, which it cannot.
fn reject_other_generators(workflow: &SavedWorkflow, used: &HashSet<String>) -> Result<(), CallError> {
    let kind = |data: &Map<String, Value>| data.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let others: Vec<String> = workflow
        .nodes()
        .filter(|(id, data)| kind(data).ends_with("_generator") && !used.contains(*id))
        .map(|(id, data)| format!("'{}' (node '{id}')", kind(data)))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let others = others.join(", ");
    Err(unsupported(format!(
        "call_saved_workflow does not yet support child workflows that mix supported batch nodes with unrelated generator \
         nodes: {others}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;
    use invoke_graph::testing::registry;
    use serde_json::json;

    /// Nodes and edges as they were recorded.
    fn bare(graph: &Graph) -> Value {
        let mut nodes = json!(graph.nodes);
        for node in nodes.as_object_mut().unwrap().values_mut() {
            node.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        let mut edges: Vec<String> = graph.edges.iter().map(ToString::to_string).collect();
        edges.sort();
        json!({ "nodes": nodes, "edges": edges })
    }

    #[test]
    fn called_workflows_become_the_graphs_the_reference_makes_of_them() {
        // Made by `fixtures/make_called_workflows.py`.
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../tests/fixtures/called_workflows.json")).unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let name = &case["name"];
            let workflow = SavedWorkflow::new(case["workflow"].clone());
            let inputs = case["inputs"].as_object().unwrap();
            let pictures = |_: &str, _| Ok(Vec::new());
            let made = of(workflow, inputs, 100, registry().catalogue(), &OsRandom, &pictures);
            if let Some(error) = case.get("error") {
                let ours = made.expect_err(name.as_str().unwrap());
                assert_eq!(ours.kind, error[0], "{name}: {ours}");
                // What its own library says about a value is not repeated word by word.
                assert!(ours.kind == "ValidationError" || ours.message == error[1], "{name}: {ours}");
                continue;
            }
            let made = made.unwrap_or_else(|error| panic!("{name}: {error}"));
            let recorded = case["children"].as_array().unwrap();
            assert_eq!(made.len(), recorded.len(), "{name}");
            for (ours, recorded) in made.iter().zip(recorded) {
                assert_eq!(bare(&ours.graph), recorded["graph"], "{name}");
                let values = ours.values.as_deref().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
                assert_eq!(values, recorded["values"], "{name}");
            }
        }
    }
}
