//! Every node we know, as data.

use crate::{GraphError, NodeSpec, OutputSpec, TypeSpec, Vocabulary};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The specifications of all nodes with the outputs and types they name. `catalogue.json` is the committed one of the
/// nodes that workers run; the server embeds it, so that it can check graphs without loading what runs them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Nodes, by `type`.
    pub nodes: BTreeMap<String, NodeSpec>,
    /// The outputs and types they name.
    #[serde(flatten)]
    pub vocabulary: Vocabulary,
}

impl Catalogue {
    /// The committed catalogue.
    pub fn embedded() -> Result<Arc<Self>, GraphError> {
        static PARSED: OnceLock<Arc<Catalogue>> = OnceLock::new();
        if let Some(catalogue) = PARSED.get() {
            return Ok(catalogue.clone());
        }
        let catalogue = Arc::new(Self::from_json(include_str!("../catalogue.json"))?);
        Ok(PARSED.get_or_init(|| catalogue).clone())
    }

    /// Reads a catalogue from JSON.
    pub fn from_json(text: &str) -> Result<Self, GraphError> {
        serde_json::from_str(text).map_err(GraphError::Catalogue)
    }

    /// The catalogue as it is committed: sorted by name, indented.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// A hash of what it says, `blake3:` and hexadecimal: two programs that agree on it check and run the same graphs.
    pub fn hash(&self) -> String {
        let canonical = serde_json::to_string(self).unwrap_or_default();
        format!("blake3:{}", blake3::hash(canonical.as_bytes()).to_hex())
    }

    /// The node of that `type`.
    pub fn node(&self, kind: &str) -> Option<&NodeSpec> {
        self.nodes.get(kind)
    }

    /// What the node of that `type` gives.
    pub fn output_of(&self, kind: &str) -> Option<&OutputSpec> {
        self.vocabulary.outputs.get(&self.nodes.get(kind)?.output)
    }

    /// The type of that name.
    pub fn type_spec(&self, name: &str) -> Option<&TypeSpec> {
        self.vocabulary.types.get(name)
    }

    /// The catalogue with the nodes that `allows`; outputs and types that only others name stay.
    #[must_use]
    pub fn restricted(&self, allows: impl Fn(&str) -> bool) -> Self {
        let nodes = self.nodes.iter().filter(|(kind, _)| allows(kind));
        let nodes = nodes.map(|(kind, spec)| (kind.clone(), spec.clone())).collect();
        Self { nodes, vocabulary: self.vocabulary.clone() }
    }

    /// Adds a node and what it names. Two definitions of one name must agree.
    pub(crate) fn add(&mut self, spec: NodeSpec, vocabulary: Vocabulary) -> Result<(), GraphError> {
        merge(&mut self.vocabulary.types, vocabulary.types)?;
        merge(&mut self.vocabulary.outputs, vocabulary.outputs)?;
        let kind = spec.kind.clone();
        match self.nodes.insert(kind.clone(), spec) {
            None => Ok(()),
            Some(_) => Err(GraphError::Conflict(kind)),
        }
    }

    /// The OpenAPI schemas of all nodes, outputs and named types, by schema name.
    pub fn json_schemas(&self) -> Map<String, Value> {
        let mut schemas = Map::new();
        for (name, spec) in &self.vocabulary.types {
            schemas.insert(name.clone(), spec.json_schema(name));
        }
        for (class, output) in &self.vocabulary.outputs {
            schemas.insert(class.clone(), output.json_schema());
        }
        for node in self.nodes.values() {
            schemas.insert(node.class.clone(), node.json_schema());
        }
        schemas
    }
}

fn merge<T: PartialEq>(into: &mut BTreeMap<String, T>, from: BTreeMap<String, T>) -> Result<(), GraphError> {
    for (name, value) in from {
        match into.get(&name) {
            Some(known) if *known != value => return Err(GraphError::Conflict(name)),
            Some(_) => {}
            None => {
                into.insert(name, value);
            }
        }
    }
    Ok(())
}
