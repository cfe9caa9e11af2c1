//! The nodes a program can run.

use crate::node::output_value;
use crate::{
    CallSavedWorkflow, Catalogue, Collect, GraphError, If, Iterate, Node, NodeError, RunContext, Vocabulary,
    WorkflowReturn, WorkflowReturnGet, WorkflowReturnValue,
};
use serde_json::Value;
use std::collections::HashMap;

type Run<C> = fn(Value, &mut C) -> Result<Value, NodeError>;

/// Nodes that run in the context `C`, with their specifications.
pub struct Registry<C> {
    run: HashMap<String, Run<C>>,
    catalogue: Catalogue,
}

impl<C> std::fmt::Debug for Registry<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.catalogue.nodes.keys()).finish()
    }
}

impl<C: RunContext> Registry<C> {
    /// The nodes that steer the walk: `iterate`, `collect`, `if`, and those of called workflows.
    pub fn new() -> Result<Self, GraphError> {
        let mut registry = Self { run: HashMap::new(), catalogue: Catalogue::default() };
        registry.add::<Iterate>()?;
        registry.add::<Collect>()?;
        registry.add::<If>()?;
        registry.add::<CallSavedWorkflow>()?;
        registry.add::<WorkflowReturn>()?;
        registry.add::<WorkflowReturnGet>()?;
        registry.add::<WorkflowReturnValue>()?;
        Ok(registry)
    }
}

impl<C> Registry<C> {
    /// Adds a node. No other may have its `type`, and the types it names must agree with those of the others.
    pub fn add<N: Node<C>>(&mut self) -> Result<(), GraphError> {
        let mut vocabulary = Vocabulary::default();
        let spec = N::spec(&mut vocabulary);
        if spec.board {
            <BoardField as crate::FieldValue>::describe(&mut vocabulary);
        }
        if spec.metadata {
            <MetadataField as crate::FieldValue>::describe(&mut vocabulary);
        }
        let kind = spec.kind.clone();
        self.catalogue.add(spec, vocabulary)?;
        self.run.insert(kind, run_node::<N, C>);
        Ok(())
    }

    /// What the nodes look like.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Runs the prepared node `node`; its output has `output_meta` first and `type` last.
    pub fn run(&self, kind: &str, node: Value, context: &mut C) -> Result<Value, NodeError> {
        match self.run.get(kind) {
            Some(run) => run(node, context),
            None => Err(NodeError::new("UnknownNodeError", format!("This program has no node of type `{kind}`"))),
        }
    }
}

fn run_node<N: Node<C>, C>(node: Value, context: &mut C) -> Result<Value, NodeError> {
    let node: N = serde_json::from_value(node)
        .map_err(|error| NodeError::value(format!("The node's inputs do not fit: {error}")))?;
    output_value(&node.run(context)?)
}

crate::object! {
    /// A board primitive field
    pub struct BoardField {
        /// The id of the board
        pub board_id: String,
    }
}

/// Metadata of an image: an object with any keys.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MetadataField(pub serde_json::Map<String, Value>);

impl crate::FieldValue for MetadataField {
    fn field_type() -> crate::FieldType {
        crate::FieldType::Object { name: "MetadataField".to_owned() }
    }

    fn describe(vocabulary: &mut Vocabulary) {
        let description = "Metadata of an image: an object with any keys.".to_owned();
        let spec = crate::TypeSpec::object(description, Vec::new()).extra(true);
        vocabulary.types.insert("MetadataField".to_owned(), spec);
    }
}
