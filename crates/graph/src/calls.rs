//! Calls of saved workflows, as the reference keeps them in a session: which call a session waits for, what its children
//! have returned, and which calls led here. Nothing here reads a workflow or a queue.

use crate::{Catalogue, Graph, Prepared, Session, Walk};
use indexmap::IndexMap;
use invoke_domain::{ItemId, Random};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The node that gives a workflow its result.
const RETURN_NODE: &str = "workflow_return";

/// What the values of a call come as.
const RETURN_OUTPUT: &str = "workflow_return_output";

/// A call that cannot be made, or whose result cannot be used: what the calling node fails with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// Class of the error as the reference names it.
    pub kind: &'static str,
    /// One sentence for the person who runs the workflow.
    pub message: String,
}

impl CallError {
    /// A failure of class `kind`.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A failure of class `ValueError`.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("ValueError", message)
    }
}

/// One call of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFrame {
    /// The prepared node that calls.
    pub prepared_call_node_id: String,
    /// Its id in the graph that was sent.
    pub source_call_node_id: String,
    /// The workflow it calls.
    pub workflow_id: String,
    /// How deep the call is, from 1.
    pub depth: u32,
}

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Its children are not made yet.
    WaitingForChild,
    /// Its children wait or run.
    RunningChild,
    /// All children have returned.
    Completed,
    /// A child failed.
    Failed,
}

/// A call under way, or one that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallExecution {
    /// Id.
    pub id: String,
    /// The session that calls.
    pub parent_session_id: String,
    /// The first session that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_session_id: Option<String>,
    /// As in [`CallFrame`].
    #[serde(flatten)]
    pub frame: CallFrame,
    /// How it stands.
    pub status: CallStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// All sessions that are called.
    #[serde(default)]
    pub child_session_ids: Vec<String>,
    /// Their queue items, in the order they were made.
    #[serde(default)]
    pub child_item_ids: Vec<i64>,
    /// How many there are.
    pub expected_child_count: usize,
    /// Those that have returned.
    #[serde(default)]
    pub completed_child_item_ids: Vec<i64>,
    /// The values returned so far, by key, in the order of the items.
    #[serde(default)]
    pub aggregated_values: IndexMap<String, Vec<Value>>,
    /// The values returned so far, by item.
    #[serde(default)]
    pub child_outputs: IndexMap<i64, Map<String, Value>>,
}

impl CallExecution {
    /// With the fields that are nothing, as the API shows it.
    pub(crate) fn to_api(&self) -> Value {
        let mut shown = json!(self);
        for name in ["child_session_id", "error_message"] {
            if shown.get(name).is_none() {
                shown[name] = Value::Null;
            }
        }
        shown
    }
}

/// The call that a session answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallParent {
    /// The call.
    pub workflow_call_id: String,
    /// The session that calls.
    pub parent_session_id: String,
    /// As in [`CallFrame`].
    #[serde(flatten)]
    pub frame: CallFrame,
}

impl Session {
    /// The call that the prepared node `node` makes, unless calls are nested too deep.
    pub fn call_frame(&self, node: &str, workflow_id: &str) -> Result<CallFrame, CallError> {
        let source = self.prepared_source_mapping.get(node);
        let source = source.ok_or_else(|| CallError::value(format!("Node {node} is not a prepared execution node")))?;
        let depth = u32::try_from(self.workflow_call_stack.len()).unwrap_or(u32::MAX).saturating_add(1);
        let max = self.max_workflow_call_depth;
        if depth > max {
            let message = format!("Maximum workflow call depth exceeded ({max}) for workflow '{workflow_id}'");
            return Err(CallError::value(message));
        }
        Ok(CallFrame {
            prepared_call_node_id: node.to_owned(),
            source_call_node_id: source.clone(),
            workflow_id: workflow_id.to_owned(),
            depth,
        })
    }

    /// A session that runs `graph` for that call.
    pub fn called(&self, graph: Graph, id: String, frame: &CallFrame, random: &dyn Random) -> Self {
        let mut called = Self::new(graph, id, random);
        called.workflow_call_stack = self.workflow_call_stack.iter().chain([frame]).cloned().collect();
        called.max_workflow_call_depth = self.max_workflow_call_depth;
        called
    }

    /// Waits for these sessions from now on, and makes them known to them.
    pub fn begin_call(&mut self, id: String, frame: CallFrame, children: &mut [Self], catalogue: &Catalogue) {
        let child_session_ids: Vec<String> = children.iter().map(|child| child.id.clone()).collect();
        for child in &mut *children {
            child.workflow_call_parent = Some(CallParent {
                workflow_call_id: id.clone(),
                parent_session_id: self.id.clone(),
                frame: frame.clone(),
            });
        }
        self.waiting_workflow_call_child_session = match children {
            [child] => serde_json::from_str(&child.to_json(catalogue)).ok(),
            _ => None,
        };
        self.waiting_workflow_call_execution = Some(CallExecution {
            id,
            parent_session_id: self.id.clone(),
            child_session_id: child_session_ids.first().cloned(),
            frame: frame.clone(),
            status: CallStatus::RunningChild,
            error_message: None,
            expected_child_count: child_session_ids.len(),
            child_session_ids,
            child_item_ids: Vec::new(),
            completed_child_item_ids: Vec::new(),
            aggregated_values: IndexMap::new(),
            child_outputs: IndexMap::new(),
        });
        self.waiting_workflow_call = Some(frame);
    }

    /// Notes the queue items of the call's sessions, in order.
    pub fn called_items(&mut self, items: &[ItemId]) {
        if let Some(call) = &mut self.waiting_workflow_call_execution {
            call.child_item_ids = items.iter().map(|item| item.0).collect();
        }
    }

    /// Takes what one of the call's items returned. The values for the calling node, once all have: those of the only
    /// child as they are, those of several as lists.
    pub fn take_returned(
        &mut self,
        item: ItemId,
        values: &Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, CallError> {
        let Some(call) = &mut self.waiting_workflow_call_execution else {
            return Err(CallError::value("Execution state is not waiting on a workflow call."));
        };
        if !call.child_item_ids.is_empty() && !call.child_item_ids.contains(&item.0) {
            let message = format!("Child queue item {item} does not belong to the active workflow call.");
            return Err(CallError::value(message));
        }
        if !call.completed_child_item_ids.contains(&item.0) {
            let same_keys = |other: &Map<String, Value>| {
                other.len() == values.len() && values.keys().all(|key| other.contains_key(key))
            };
            if call.child_outputs.values().next().is_some_and(|first| !same_keys(first)) {
                return Err(CallError::value("Batched child workflows returned different workflow return keys."));
            }
            call.completed_child_item_ids.push(item.0);
            call.child_outputs.insert(item.0, values.clone());
            let order =
                if call.child_item_ids.is_empty() { &call.completed_child_item_ids } else { &call.child_item_ids };
            let returned = |key: &String| -> Vec<Value> {
                let outputs = order.iter().filter_map(|item| call.child_outputs.get(item)?.get(key));
                outputs.cloned().collect()
            };
            call.aggregated_values = values.keys().map(|key| (key.clone(), returned(key))).collect();
        }
        if call.completed_child_item_ids.len() < call.expected_child_count {
            return Ok(None);
        }
        let several = call.expected_child_count > 1;
        let value = |values: &Vec<Value>| match values.first() {
            Some(first) if !several => first.clone(),
            _ => values.clone().into(),
        };
        Ok(Some(call.aggregated_values.iter().map(|(key, values)| (key.clone(), value(values))).collect()))
    }

    /// Waits no more; the call goes into the history.
    pub fn end_call(&mut self, error: Option<&str>) {
        if let Some(mut call) = self.waiting_workflow_call_execution.take() {
            call.status = if error.is_some() { CallStatus::Failed } else { CallStatus::Completed };
            call.error_message = error.map(str::to_owned);
            self.workflow_call_history.push(call);
        }
        self.waiting_workflow_call = None;
        self.waiting_workflow_call_child_session = None;
    }

    /// What this session, called by another, returns: the values of its one return node.
    pub fn returned(&self) -> Result<Map<String, Value>, CallError> {
        let mut nodes = self.graph.nodes.iter().filter(|(_, node)| node.kind() == RETURN_NODE);
        let Some((id, _)) = nodes.next() else {
            return Err(CallError::value("The selected saved workflow must contain exactly one workflow_return node."));
        };
        if nodes.next().is_some() {
            let message = "The selected saved workflow must not contain more than one workflow_return node.";
            return Err(CallError::value(message));
        }
        let prepared = self.source_prepared_mapping.get(id).filter(|prepared| prepared.len() == 1);
        let Some(prepared) = prepared.and_then(|prepared| prepared.first()) else {
            let message = "The selected saved workflow produced an unsupported number of workflow_return executions.";
            return Err(CallError::value(message));
        };
        let output = self.results.get(prepared).filter(|output| output["type"] == RETURN_OUTPUT);
        // Values that are nothing are left out when a session is stored.
        output.map(|output| output["values"].as_object().cloned().unwrap_or_default()).ok_or_else(|| {
            CallError::value("The selected saved workflow did not produce a valid workflow_return output.")
        })
    }

    /// The prepared node `id` as events tell it.
    pub fn prepared(&self, id: &str, catalogue: &Catalogue) -> Option<Prepared> {
        let node = crate::validate::fill_node(self.execution_graph.nodes.get(id)?, catalogue);
        let source_id = self.prepared_source_mapping.get(id)?.clone();
        Some(Prepared { id: id.to_owned(), source_id, node: Value::Object(node.0) })
    }

    /// The values that edges bring to the inputs of a prepared node that only a call reads, by name of the input.
    pub fn values_for_call(&self, id: &str, catalogue: &Catalogue) -> Map<String, Value> {
        let node = self.execution_graph.nodes.get(id);
        let Some(spec) = node.and_then(|node| catalogue.node(node.kind())) else { return Map::new() };
        let edges = self.execution_graph.inputs_of(id).filter(|edge| spec.is_open_to(&edge.destination.field));
        let value = |edge: &crate::Edge| {
            let output = self.results.get(&edge.source.node_id)?;
            Some((edge.destination.field.clone(), output.get(&edge.source.field).cloned().unwrap_or(Value::Null)))
        };
        edges.filter_map(value).collect()
    }

    /// Gives the calling node the values of its call as its output, which is returned.
    pub fn complete_call(
        &mut self,
        node: &str,
        values: Map<String, Value>,
        catalogue: &Catalogue,
        random: &dyn Random,
    ) -> Result<Value, crate::GraphError> {
        let output = json!({ "output_meta": null, "values": values, "type": RETURN_OUTPUT });
        Walk::new(self, catalogue, random)?.complete(node, output.clone())?;
        Ok(output)
    }

    /// Notes that a prepared node failed.
    pub fn fail_call(&mut self, node: &str, error: &CallError) {
        self.errors.insert(node.to_owned(), format!("{}: {error}", error.kind));
    }
}
