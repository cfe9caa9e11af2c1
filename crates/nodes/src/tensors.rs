//! Tensors that nodes hand to one another by name. They live in the worker, as long as the run.

use std::collections::HashMap;

use invoke_engine::Tensor;
use invoke_graph::NodeError;

/// A prompt as a denoising network reads it.
#[derive(Debug)]
pub struct Conditioning {
    /// (1, tokens, width)
    pub embeds: Tensor,
}

/// The tensors and conditionings of one run.
#[derive(Debug, Default)]
pub struct TensorStore {
    tensors: HashMap<String, Tensor>,
    conditionings: HashMap<String, Conditioning>,
}

impl TensorStore {
    /// Keeps a tensor under a new name made from `id`.
    pub fn add(&mut self, id: &str, tensor: Tensor) -> String {
        let name = format!("Tensor_{id}");
        self.tensors.insert(name.clone(), tensor);
        name
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Result<&Tensor, NodeError> {
        self.tensors.get(name).ok_or_else(|| missing(name))
    }

    /// Keeps a conditioning under a new name made from `id`.
    pub fn add_conditioning(&mut self, id: &str, conditioning: Conditioning) -> String {
        let name = format!("ConditioningFieldData_{id}");
        self.conditionings.insert(name.clone(), conditioning);
        name
    }

    /// The conditioning of that name.
    pub fn conditioning(&self, name: &str) -> Result<&Conditioning, NodeError> {
        self.conditionings.get(name).ok_or_else(|| missing(name))
    }
}

fn missing(name: &str) -> NodeError {
    NodeError::new("FileNotFoundError", format!("this run has no tensor `{name}`"))
}
