//! `torch.nn.Embedding`.

use tch::Tensor;

use crate::Result;
use crate::weights::{Weight, Weights};

/// A table of vectors.
#[derive(Debug, Clone)]
pub struct Embedding {
    weight: Weight,
}

impl Embedding {
    /// A table of `count` vectors of length `dim`.
    pub fn new(w: &Weights, count: i64, dim: i64) -> Result<Self> {
        Ok(Self { weight: w.tensor("weight", &[count, dim])? })
    }

    /// A table of these vectors, `(count, dim)`.
    pub(crate) fn of(weight: Weight) -> Self {
        Self { weight }
    }

    /// The vectors of these indices: `(..)` to `(.., dim)`
    pub fn forward(&self, indices: &Tensor) -> Result<Tensor> {
        Ok(Tensor::f_embedding(&self.weight, indices, -1, false, false)?)
    }

    /// The table itself, `(count, dim)`.
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }
}
