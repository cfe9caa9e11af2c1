//! A graph: nodes by id, and edges from outputs to inputs.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One node of a graph: a JSON object with `id`, `type` and the inputs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GraphNode(pub Map<String, Value>);

impl GraphNode {
    /// Its `type`.
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.0.get("id").and_then(Value::as_str).unwrap_or_default()
    }
}

/// One end of an edge: an input or output of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Port {
    /// The node.
    pub node_id: String,
    /// Its field.
    pub field: String,
}

/// An edge from an output to an input.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// The output.
    pub source: Port,
    /// The input.
    pub destination: Port,
}

impl std::fmt::Display for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (source, destination) = (&self.source, &self.destination);
        write!(f, "{}.{} -> {}.{}", source.node_id, source.field, destination.node_id, destination.field)
    }
}

/// Nodes and edges.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Id.
    #[serde(default)]
    pub id: String,
    /// Nodes, by id.
    #[serde(default)]
    pub nodes: IndexMap<String, GraphNode>,
    /// Edges.
    #[serde(default)]
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The edges that end at `node_id`.
    pub fn inputs_of<'a>(&'a self, node_id: &'a str) -> impl Iterator<Item = &'a Edge> {
        self.edges.iter().filter(move |edge| edge.destination.node_id == node_id)
    }

    /// The edges that begin at `node_id`.
    pub fn outputs_of<'a>(&'a self, node_id: &'a str) -> impl Iterator<Item = &'a Edge> {
        self.edges.iter().filter(move |edge| edge.source.node_id == node_id)
    }
}
