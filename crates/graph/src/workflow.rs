//! A saved workflow, the page's own form of a graph, turned into a graph: what the page does before it enqueues, done here
//! for workflows that a node calls. Nodes carry their inputs as `{"value": …}`; connectors only bend an edge.

use crate::{CallError, Catalogue, Classification, Graph, validate};
use invoke_domain::Random;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// What the names of a call's inputs begin with; node and field of the called workflow follow.
pub const INPUT_PREFIX: &str = "saved_workflow_input::";

/// Inputs that are not offered, wrong, or for a node that is not there.
const INVALID_INPUT: &str = "InvalidWorkflowInputError";

/// Something of a workflow that only the page can do.
const UNSUPPORTED: &str = "UnsupportedWorkflowNodeError";

/// A saved workflow: the JSON of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedWorkflow(Value);

impl SavedWorkflow {
    /// A workflow as it is stored.
    pub fn new(workflow: Value) -> Self {
        Self(workflow)
    }

    /// Nodes that run, by id, in order: their `data`.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        self.all_nodes().filter_map(|node| Some((node["id"].as_str()?, invocation(node)?)))
    }

    fn all_nodes(&self) -> impl Iterator<Item = &Value> {
        self.0["nodes"].as_array().into_iter().flatten()
    }

    /// Edges that carry values.
    fn edges(&self) -> impl Iterator<Item = WorkflowEdge<'_>> {
        let edges = self.0["edges"].as_array().into_iter().flatten();
        edges.filter(|edge| edge["type"] == "default").filter_map(WorkflowEdge::read)
    }

    fn node(&self, id: &str) -> Option<&Value> {
        self.all_nodes().find(|node| node["id"] == id)
    }

    fn is_connector(&self, id: &str) -> bool {
        self.node(id).is_some_and(|node| node["type"] == "connector")
    }

    /// The names under which a caller may set inputs: those of the form, or else the exposed fields.
    pub fn exposed_inputs(&self) -> HashSet<String> {
        let of_form = self.inputs_of_form();
        if !of_form.is_empty() {
            return of_form;
        }
        let fields = self.0["exposedFields"].as_array().into_iter().flatten();
        fields.filter_map(input_name).collect()
    }

    fn inputs_of_form(&self) -> HashSet<String> {
        let (elements, mut open) = (&self.0["form"]["elements"], Vec::new());
        open.extend(self.0["form"]["rootElementId"].as_str());
        let (mut visited, mut found) = (HashSet::new(), HashSet::new());
        while let Some(id) = open.pop().filter(|_| elements.is_object()) {
            if !visited.insert(id) {
                continue;
            }
            let element = &elements[id];
            if element["type"] == "node-field" {
                found.extend(input_name(&element["data"]["fieldIdentifier"]));
            }
            open.extend(element["data"]["children"].as_array().into_iter().flatten().filter_map(Value::as_str));
        }
        found
    }

    /// Sets inputs, by the names of [`Self::exposed_inputs`].
    pub fn set_inputs(&mut self, inputs: &Map<String, Value>, catalogue: &Catalogue) -> Result<(), CallError> {
        if inputs.is_empty() {
            return Ok(());
        }
        let exposed = self.exposed_inputs();
        for (name, value) in inputs {
            let refused =
                |what: &str| CallError::new(INVALID_INPUT, format!("call_saved_workflow input '{name}' {what}"));
            if !exposed.contains(name) {
                return Err(refused("is not exposed by the selected workflow"));
            }
            let (node, field) = parse_input_name(name)?;
            let nodes = self.0["nodes"].as_array_mut().into_iter().flatten();
            let mut matching = nodes.filter(|found| found["id"] == node && found["data"]["id"] == node);
            let missing = || refused(&format!("targets missing child workflow node '{node}'"));
            let data = matching.next().and_then(|node| node["data"].as_object_mut()).ok_or_else(missing)?;
            let kind = data.get("type").and_then(Value::as_str).ok_or_else(missing)?;
            if catalogue.node(kind).is_none_or(|spec| spec.input(field).is_none()) {
                return Err(refused(&format!("targets missing child workflow field '{field}'")));
            }
            let inputs = data.entry("inputs").or_insert_with(|| json!({})).as_object_mut();
            let inputs =
                inputs.ok_or_else(|| refused(&format!("targets invalid child workflow inputs on '{node}'")))?;
            inputs.insert(field.to_owned(), json!({ "value": value }));
        }
        Ok(())
    }

    /// The workflow without these nodes and the edges that touch them.
    #[must_use]
    pub fn without(&self, left_out: &HashSet<&str>) -> Self {
        let stays = |id: &Value| id.as_str().is_none_or(|id| !left_out.contains(id));
        let mut rest = self.clone();
        if let Some(nodes) = rest.0["nodes"].as_array_mut() {
            nodes.retain(|node| stays(&node["id"]));
        }
        if let Some(edges) = rest.0["edges"].as_array_mut() {
            edges.retain(|edge| stays(&edge["source"]) && stays(&edge["target"]));
        }
        rest
    }

    /// The nodes that feed an input, through connectors; nothing for one that leads nowhere.
    pub fn sources_of(&self, node: &str, field: &str) -> Vec<Option<&str>> {
        let edges = self.edges().filter(|edge| edge.target == node && edge.target_field == field);
        edges.map(|edge| self.source_of(&edge).map(|(source, _)| source)).collect()
    }

    /// The inputs that an output feeds, through connectors.
    pub fn destinations_of(&self, node: &str, field: &str) -> Vec<(&str, &str)> {
        let mut visited = HashSet::new();
        let mut open: Vec<WorkflowEdge<'_>> =
            self.edges().filter(|edge| edge.source == node && edge.source_field == field).collect();
        let mut found = Vec::new();
        open.reverse();
        while let Some(edge) = open.pop() {
            if self.is_connector(edge.target) {
                if visited.insert(edge.target) {
                    open.extend(self.edges().filter(|next| next.source == edge.target && next.source_field == "out"));
                }
            } else if self.node(edge.target).and_then(invocation).is_some() {
                found.push((edge.target, edge.target_field));
            }
        }
        found
    }

    fn source_of<'a>(&'a self, edge: &WorkflowEdge<'a>) -> Option<(&'a str, &'a str)> {
        let (mut source, mut field) = (edge.source, edge.source_field);
        let mut visited = HashSet::new();
        while self.is_connector(source) {
            if !visited.insert(source) {
                return None;
            }
            let before = self.edges().find(|edge| edge.target == source && edge.target_field == "in")?;
            (source, field) = (before.source, before.source_field);
        }
        self.node(source).and_then(invocation)?;
        Some((source, field))
    }

    /// The graph of a workflow that may be called, checked as one that is enqueued.
    pub fn graph(&self, catalogue: &Catalogue, random: &dyn Random) -> Result<Graph, CallError> {
        self.check_callable(catalogue)?;
        let mut nodes: HashMap<&str, Map<String, Value>> = HashMap::new();
        let mut order = Vec::new();
        for (_, data) in self.nodes() {
            let (Some(id), Some(kind)) = (data.get("id").and_then(Value::as_str), data.get("type")) else { continue };
            order.push(id);
            nodes.insert(id, graph_node(id, kind, data));
        }
        let mut edges: Vec<Value> = Vec::new();
        for edge in self.edges() {
            let Some((source, field)) = self.source_of(&edge) else { continue };
            let Some(target) = nodes.get_mut(edge.target) else { continue };
            // What an edge brings counts, not what was typed there before.
            target.remove(edge.target_field);
            let edge = json!({
                "source": { "node_id": source, "field": field },
                "destination": { "node_id": edge.target, "field": edge.target_field },
            });
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        let nodes: Map<String, Value> =
            order.into_iter().filter_map(|id| Some((id.to_owned(), nodes.remove(id)?.into()))).collect();
        let graph = json!({ "nodes": nodes, "edges": edges });
        validate(&graph, catalogue, random).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            CallError::new("ValidationError", told.join("; "))
        })
    }

    fn check_callable(&self, catalogue: &Catalogue) -> Result<(), CallError> {
        let mut returns = 0;
        for (id, data) in self.nodes() {
            let kind = data.get("type").and_then(Value::as_str).unwrap_or_default();
            let spec = catalogue.node(kind);
            let special = spec.is_some_and(|spec| {
                spec.category.as_deref() == Some("batch") && spec.classification == Classification::Special
            });
            if special && !kind.ends_with("_generator") {
                let message = format!(
                    "call_saved_workflow does not yet support batch-special child workflow nodes such as '{kind}' \
                     (node '{id}')"
                );
                return Err(CallError::new(UNSUPPORTED, message));
            }
            returns += usize::from(kind == "workflow_return");
        }
        if returns == 1 {
            return Ok(());
        }
        let message = "call_saved_workflow requires the selected workflow to contain exactly one workflow_return node";
        Err(CallError::new(UNSUPPORTED, message))
    }
}

/// The `data` of a node that runs; notes and connectors have none.
fn invocation(node: &Value) -> Option<&Map<String, Value>> {
    if node["type"] == "invocation" { node["data"].as_object() } else { None }
}

fn graph_node(id: &str, kind: &Value, data: &Map<String, Value>) -> Map<String, Value> {
    let mut node = Map::new();
    node.insert("id".to_owned(), id.into());
    node.insert("type".to_owned(), kind.clone());
    for (name, key) in [("use_cache", "useCache"), ("is_intermediate", "isIntermediate")] {
        node.insert(name.to_owned(), data.get(key).cloned().unwrap_or(false.into()));
    }
    for (name, input) in data.get("inputs").and_then(Value::as_object).into_iter().flatten() {
        // An input that was never filled in has no value, and gets the node's default.
        let Some(value) = input.get("value") else { continue };
        // The page writes these words for "no board".
        if name == "board" && (value == "auto" || value == "none") {
            continue;
        }
        node.insert(name.clone(), value.clone());
    }
    node
}

/// An edge of the page.
struct WorkflowEdge<'a> {
    source: &'a str,
    source_field: &'a str,
    target: &'a str,
    target_field: &'a str,
}

impl<'a> WorkflowEdge<'a> {
    fn read(edge: &'a Value) -> Option<Self> {
        Some(Self {
            source: edge["source"].as_str()?,
            source_field: edge["sourceHandle"].as_str()?,
            target: edge["target"].as_str()?,
            target_field: edge["targetHandle"].as_str()?,
        })
    }
}

fn input_name(field: &Value) -> Option<String> {
    Some(format!("{INPUT_PREFIX}{}::{}", field["nodeId"].as_str()?, field["fieldName"].as_str()?))
}

fn parse_input_name(name: &str) -> Result<(&str, &str), CallError> {
    let parts = name.strip_prefix(INPUT_PREFIX).and_then(|rest| rest.rsplit_once("::"));
    let parts = parts.filter(|(node, field)| !node.is_empty() && !field.is_empty());
    parts.ok_or_else(|| CallError::value(format!("Invalid call_saved_workflow dynamic input field '{name}'")))
}
