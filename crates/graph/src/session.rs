//! The execution of one graph as data: the reference's `GraphExecutionState`, read and written as its JSON.

use crate::validate::{fill_node, strip_node};
use crate::{CallExecution, CallFrame, CallParent, Catalogue, Edge, Graph, GraphError, GraphNode};
use indexmap::{IndexMap, IndexSet};
use invoke_domain::{Random, new_uuid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A graph under execution: what has been expanded, what has run and what came out. Changed by a [`Walk`](crate::Walk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Id.
    pub id: String,
    /// The graph as it was sent.
    pub graph: Graph,
    /// The graph with its loops expanded; nodes have ids of their own.
    #[serde(default)]
    pub execution_graph: Graph,
    /// Prepared and source nodes that have run or were skipped.
    #[serde(default)]
    pub executed: IndexSet<String>,
    /// Source nodes that have run, in order.
    #[serde(default)]
    pub executed_history: Vec<String>,
    /// Outputs, by prepared node.
    #[serde(default)]
    pub results: IndexMap<String, Value>,
    /// Errors, by prepared node.
    #[serde(default)]
    pub errors: IndexMap<String, String>,
    /// Calls of saved workflows that led here.
    #[serde(default)]
    pub workflow_call_stack: Vec<CallFrame>,
    /// Calls of saved workflows that ended.
    #[serde(default)]
    pub workflow_call_history: Vec<CallExecution>,
    /// The call this session answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_call_parent: Option<CallParent>,
    /// The call this session waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_workflow_call: Option<CallFrame>,
    /// How that call stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_workflow_call_execution: Option<CallExecution>,
    /// The session of that call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_workflow_call_child_session: Option<Value>,
    /// How deep calls may nest.
    #[serde(default = "default_call_depth")]
    pub max_workflow_call_depth: u32,
    /// Source node of each prepared node.
    #[serde(default)]
    pub prepared_source_mapping: IndexMap<String, String>,
    /// Prepared nodes of each source node.
    #[serde(default)]
    pub source_prepared_mapping: IndexMap<String, IndexSet<String>>,
    /// Which pass of which loops each prepared node belongs to, outermost first.
    #[serde(default)]
    pub prepared_iteration_paths: IndexMap<String, Vec<usize>>,
    /// Classes of nodes to run first.
    #[serde(default)]
    pub ready_order: Vec<String>,
    /// How many inputs each prepared node still waits for.
    #[serde(default)]
    pub indegree: IndexMap<String, usize>,
}

fn default_call_depth() -> u32 {
    4
}

impl Session {
    /// A session that has not begun.
    pub fn new(graph: Graph, id: String, random: &dyn Random) -> Self {
        Self {
            id,
            graph,
            execution_graph: Graph { id: new_uuid(random), ..Graph::default() },
            executed: IndexSet::new(),
            executed_history: Vec::new(),
            results: IndexMap::new(),
            errors: IndexMap::new(),
            workflow_call_stack: Vec::new(),
            workflow_call_history: Vec::new(),
            workflow_call_parent: None,
            waiting_workflow_call: None,
            waiting_workflow_call_execution: None,
            waiting_workflow_call_child_session: None,
            max_workflow_call_depth: default_call_depth(),
            prepared_source_mapping: IndexMap::new(),
            source_prepared_mapping: IndexMap::new(),
            prepared_iteration_paths: IndexMap::new(),
            ready_order: Vec::new(),
            indegree: IndexMap::new(),
        }
    }

    /// Reads a stored session.
    pub fn from_json(text: &str) -> Result<Self, GraphError> {
        serde_json::from_str(text).map_err(GraphError::Session)
    }

    /// The session as it is stored: fields that are nothing left out, as the reference does.
    pub fn to_json(&self, catalogue: &Catalogue) -> String {
        let mut stored = self.clone();
        for graph in [&mut stored.graph, &mut stored.execution_graph] {
            for node in graph.nodes.values_mut() {
                *node = strip_node(node, catalogue);
            }
        }
        for result in stored.results.values_mut() {
            strip_result(result, catalogue);
        }
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// The session as the API shows it: every field there is, nothing for those without a value.
    pub fn to_api(&self, catalogue: &Catalogue) -> Value {
        let mut shown = self.clone();
        for graph in [&mut shown.graph, &mut shown.execution_graph] {
            for node in graph.nodes.values_mut() {
                *node = fill_node(node, catalogue);
            }
        }
        for result in shown.results.values_mut() {
            fill_result(result, catalogue);
        }
        let Ok(Value::Object(fields)) = serde_json::to_value(&shown) else {
            return Value::Null;
        };
        let mut all = Map::with_capacity(fields.len() + 4);
        for (key, value) in fields {
            if key != "workflow_call_history" {
                all.entry(key).or_insert(value);
                continue;
            }
            all.insert(key, self.workflow_call_history.iter().map(CallExecution::to_api).collect());
            let execution = self.waiting_workflow_call_execution.as_ref().map(CallExecution::to_api);
            let child = self.waiting_workflow_call_child_session.clone();
            for (key, value) in [
                ("workflow_call_parent", json!(self.workflow_call_parent)),
                ("waiting_workflow_call", json!(self.waiting_workflow_call)),
                ("waiting_workflow_call_execution", execution.unwrap_or_default()),
                ("waiting_workflow_call_child_session", child.unwrap_or_default()),
            ] {
                all.insert(key.to_owned(), value);
            }
        }
        Value::Object(all)
    }

    /// Whether some node failed.
    pub fn has_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether nothing is left to run: all nodes have run, or one failed.
    pub fn is_complete(&self) -> bool {
        self.waiting_workflow_call.is_none()
            && (self.has_error() || self.graph.nodes.keys().all(|id| self.executed.contains(id)))
    }

    pub(crate) fn add_execution_node(&mut self, id: &str, source_id: &str, node: GraphNode, edges: &[Edge]) {
        self.execution_graph.nodes.insert(id.to_owned(), node);
        self.execution_graph.edges.extend_from_slice(edges);
        self.prepared_source_mapping.insert(id.to_owned(), source_id.to_owned());
        self.source_prepared_mapping.entry(source_id.to_owned()).or_default().insert(id.to_owned());
    }
}

/// An output without the fields that are nothing.
fn strip_result(result: &mut Value, catalogue: &Catalogue) {
    let Value::Object(fields) = result else { return };
    let spec = fields
        .get("type")
        .and_then(Value::as_str)
        .and_then(|kind| catalogue.vocabulary.outputs.values().find(|output| output.kind == kind));
    fields.retain(|_, value| !value.is_null());
    if let Some(spec) = spec {
        for (name, value) in fields.iter_mut() {
            if let Some(field) = spec.field(name) {
                *value = crate::validate::strip(value, &field.field_type, &catalogue.vocabulary);
            }
        }
    }
}

/// An output with `output_meta` and the fields that are nothing.
fn fill_result(result: &mut Value, catalogue: &Catalogue) {
    let Value::Object(fields) = result else { return };
    let mut all = Map::with_capacity(fields.len() + 1);
    all.insert("output_meta".to_owned(), fields.get("output_meta").cloned().unwrap_or(Value::Null));
    let spec = fields
        .get("type")
        .and_then(Value::as_str)
        .and_then(|kind| catalogue.vocabulary.outputs.values().find(|output| output.kind == kind));
    if let Some(spec) = spec {
        for field in &spec.fields {
            all.insert(field.name.clone(), fields.get(&field.name).cloned().unwrap_or(Value::Null));
        }
    }
    for (key, value) in std::mem::take(fields) {
        all.entry(key).or_insert(value);
    }
    *fields = all;
}
