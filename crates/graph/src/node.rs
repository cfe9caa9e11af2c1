//! What a node is: a definition ([`NodeDefinition`], made by [`node!`](crate::node!)) and a body ([`Node::run`]).

use crate::{Host, HostError, NodeSpec, OutputSpec, Prepared, Vocabulary};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The data side of a node: its inputs as a struct, read from the prepared node's JSON, and its specification.
pub trait NodeDefinition: DeserializeOwned {
    /// What it gives.
    type Output: NodeOutput;

    /// Its specification; the types and outputs it names are added to `vocabulary`.
    fn spec(vocabulary: &mut Vocabulary) -> NodeSpec;
}

/// A node that can run in the context `C`.
pub trait Node<C>: NodeDefinition {
    /// Runs it once.
    fn run(self, context: &mut C) -> Result<Self::Output, NodeError>;
}

/// What a node gives, made by [`output!`](crate::output!).
pub trait NodeOutput: Serialize {
    /// Its specification; the types it names are added to `vocabulary`.
    fn spec(vocabulary: &mut Vocabulary) -> OutputSpec;

    /// The `type` of its JSON.
    fn kind() -> &'static str;
}

/// An output as the reference writes it: `output_meta` first, `type` last.
pub(crate) fn output_value<O: NodeOutput>(output: &O) -> Result<Value, NodeError> {
    let fields = match serde_json::to_value(output) {
        Ok(Value::Object(fields)) => fields,
        Ok(other) => {
            return Err(NodeError::new("TypeError", format!("output `{}` is no object: {other}", O::kind())));
        }
        Err(error) => {
            return Err(NodeError::new("ValueError", format!("output `{}` cannot be written: {error}", O::kind())));
        }
    };
    let mut value = Map::with_capacity(fields.len() + 2);
    value.insert("output_meta".to_owned(), Value::Null);
    value.extend(fields);
    value.insert("type".to_owned(), O::kind().into());
    Ok(Value::Object(value))
}

/// What every run context offers to the walk.
pub trait RunContext {
    /// `node` runs from now on; its progress and its images are told by this.
    fn enter(&mut self, node: &NodeMeta);

    /// Whether the run has been cancelled. Asked before each node.
    fn is_cancelled(&self) -> bool;

    /// Whether the run's owner may still run nodes. Asked before each node; a `false` cancels the run.
    fn may_continue(&mut self) -> bool {
        true
    }

    /// The remembered output of an equal node, if the context keeps any. `node` is the prepared node without its id.
    fn recall(&mut self, node: &Value) -> Option<Value> {
        let _ = node;
        None
    }

    /// Remembers an output for equal nodes.
    fn remember(&mut self, node: &Value, output: &Value) {
        let _ = (node, output);
    }

    /// The failure of a node that panicked with this message.
    fn panicked(&self, message: &str) -> NodeError {
        NodeError::new("RuntimeError", format!("The node stopped unexpectedly: {message}"))
    }
}

/// What every prepared node carries beside its inputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeMeta {
    /// Id of the prepared node, a UUID.
    pub id: String,
    /// Id in the graph that was sent.
    pub source_id: String,
    /// Its `type`.
    pub kind: String,
    /// Its images stay out of the gallery.
    pub is_intermediate: bool,
    /// Whether an earlier output may be used again.
    pub use_cache: bool,
    /// The board for its images.
    pub board: Option<String>,
    /// Metadata to keep with its images, a JSON object.
    pub metadata: Option<Value>,
}

impl NodeMeta {
    /// The common part of a prepared node.
    pub fn of(prepared: &Prepared) -> Self {
        let node = &prepared.node;
        Self {
            id: prepared.id.clone(),
            source_id: prepared.source_id.clone(),
            kind: node["type"].as_str().unwrap_or_default().to_owned(),
            is_intermediate: node["is_intermediate"].as_bool().unwrap_or(false),
            use_cache: node["use_cache"].as_bool().unwrap_or(true),
            board: node["board"]["board_id"].as_str().map(str::to_owned),
            metadata: node.get("metadata").filter(|metadata| !metadata.is_null()).cloned(),
        }
    }
}

/// Why a node did not give an output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// It failed.
    #[error("{message}")]
    Failed {
        /// Class of the error: `ValueError`, `PermissionError`, …
        kind: String,
        /// One sentence for the person who enqueued it.
        message: String,
        /// The chain of causes, for the person who debugs it.
        traceback: String,
    },
    /// The run was cancelled while it was at work.
    #[error("the run was cancelled")]
    Cancelled,
    /// It calls a saved workflow: the run stops here, and goes on with the result of that call as this node's output.
    #[error("the run waits for a called workflow")]
    Calls,
}

impl NodeError {
    /// A failure of class `kind`.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        let (kind, message) = (kind.into(), message.into());
        let traceback = format!("{kind}: {message}\n");
        Self::Failed { kind, message, traceback }
    }

    /// A failure because of a value: class `ValueError`.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("ValueError", message)
    }

    /// A failure with its chain of causes.
    pub fn from_error(kind: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        let (kind, message) = (kind.into(), error.to_string());
        let mut traceback = format!("{kind}: {message}\n");
        let mut source = error.source();
        while let Some(cause) = source {
            traceback.push_str(&format!("caused by: {cause}\n"));
            source = cause.source();
        }
        Self::Failed { kind, message, traceback }
    }

    /// The class; a word of its own for what is no failure.
    pub fn kind(&self) -> &str {
        match self {
            Self::Failed { kind, .. } => kind,
            Self::Cancelled => "CanceledException",
            Self::Calls => "WorkflowCall",
        }
    }
}

impl From<HostError> for NodeError {
    fn from(error: HostError) -> Self {
        Self::new(error.kind, error.message)
    }
}

/// Stops when the run has been cancelled; called at each step and each model load.
pub(crate) fn stop_if_cancelled(host: &dyn Host) -> Result<(), NodeError> {
    if host.is_cancelled() { Err(NodeError::Cancelled) } else { Ok(()) }
}

impl dyn Host + '_ {
    /// Stops when the run has been cancelled; called at each step and each model load.
    pub fn check_cancelled(&self) -> Result<(), NodeError> {
        stop_if_cancelled(self)
    }
}

impl<H: Host + ?Sized> Host for Arc<H> {
    fn is_cancelled(&self) -> bool {
        (**self).is_cancelled()
    }
    fn progress(&self, progress: crate::Progress) {
        (**self).progress(progress);
    }
    fn model_loading(&self, model: &crate::ModelInfo, submodel: Option<&str>) {
        (**self).model_loading(model, submodel);
    }
    fn model_loaded(&self, model: &crate::ModelInfo, submodel: Option<&str>) {
        (**self).model_loaded(model, submodel);
    }
    fn store_image(&self, image: crate::NewImage) -> Result<crate::StoredImage, HostError> {
        (**self).store_image(image)
    }
    fn load_image(&self, name: &str) -> Result<crate::LoadedImage, HostError> {
        (**self).load_image(name)
    }
    fn sees_images(&self, names: &[String]) -> bool {
        (**self).sees_images(names)
    }
    fn model(&self, key: &str) -> Result<crate::ModelInfo, HostError> {
        (**self).model(key)
    }

    fn find_models(&self, name: &str, kind: &str) -> Result<Vec<invoke_domain::ModelRecord>, HostError> {
        (**self).find_models(name, kind)
    }

    fn read_prompts(&self, path: &str) -> Result<String, HostError> {
        (**self).read_prompts(path)
    }

    fn export_image(&self, export: crate::ImageExport) -> Result<(), HostError> {
        (**self).export_image(export)
    }

    fn style_preset(&self, id: &str) -> Result<crate::PresetPrompts, HostError> {
        (**self).style_preset(id)
    }
}
