//! Tensors that nodes hand to one another by name. They live in the worker: as long as the run, while it waits for a called
//! workflow, and with the results that are kept for equal nodes.

use std::collections::HashMap;

use invoke_engine::Tensor;
use invoke_graph::NodeError;

use crate::results::bytes_of;

/// What names of tensors begin with.
const TENSOR: &str = "Tensor_";

/// What names of conditionings begin with.
const CONDITIONING: &str = "ConditioningFieldData_";

/// A prompt as a denoising network reads it.
#[derive(Debug)]
pub struct Conditioning {
    /// (1, tokens, width)
    pub embeds: Tensor,
    /// What SDXL and its refiner are told besides.
    pub added: Option<AddedText>,
}

/// What SDXL and its refiner are told about prompt and picture as a whole.
#[derive(Debug)]
pub struct AddedText {
    /// The prompt as a single vector, (1, width).
    pub pooled: Tensor,
    /// Numbers about the picture, (1, 6) of SDXL and (1, 5) of its refiner.
    pub time_ids: Tensor,
}

/// The tensors and conditionings of one run.
#[derive(Debug, Default)]
pub struct TensorStore {
    tensors: HashMap<String, Tensor>,
    conditionings: HashMap<String, Conditioning>,
}

impl TensorStore {
    /// Whether a text is the name of something kept here.
    pub(crate) fn is_name(text: &str) -> bool {
        text.starts_with(TENSOR) || text.starts_with(CONDITIONING)
    }

    /// Everything, under the same names.
    pub(crate) fn share(&self) -> Self {
        let tensors = self.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone()));
        let conditionings = self.conditionings.iter().map(|(name, one)| (name.clone(), one.share()));
        Self { tensors: tensors.collect(), conditionings: conditionings.collect() }
    }

    /// What has these names; nothing when one of them is not here.
    pub(crate) fn share_named(&self, names: &[&str]) -> Option<Self> {
        let mut shared = Self::default();
        for name in names {
            if let Some(tensor) = self.tensors.get(*name) {
                shared.tensors.insert((*name).to_owned(), tensor.shallow_clone());
            } else {
                shared.conditionings.insert((*name).to_owned(), self.conditionings.get(*name)?.share());
            }
        }
        Some(shared)
    }

    /// Takes over what another store has.
    pub(crate) fn extend(&mut self, other: Self) {
        self.tensors.extend(other.tensors);
        self.conditionings.extend(other.conditionings);
    }

    /// Bytes all of it fills.
    pub(crate) fn bytes(&self) -> usize {
        let tensors: usize = self.tensors.values().map(bytes_of).sum();
        tensors + self.conditionings.values().map(Conditioning::bytes).sum::<usize>()
    }

    /// Keeps a tensor under a new name made from `id`.
    pub fn add(&mut self, id: &str, tensor: Tensor) -> String {
        let name = format!("{TENSOR}{id}");
        self.tensors.insert(name.clone(), tensor);
        name
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Result<&Tensor, NodeError> {
        self.tensors.get(name).ok_or_else(|| missing(name))
    }

    /// Keeps a conditioning under a new name made from `id`.
    pub fn add_conditioning(&mut self, id: &str, conditioning: Conditioning) -> String {
        let name = format!("{CONDITIONING}{id}");
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
