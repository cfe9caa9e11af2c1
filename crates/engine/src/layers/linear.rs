//! `torch.nn.Linear`.

use tch::Tensor;

use crate::Result;
use crate::weights::{Parameter, Weight, Weights};

/// A matrix and, where the checkpoint has one, a bias.
#[derive(Debug, Clone)]
pub struct Linear {
    weight: Parameter,
    bias: Option<Weight>,
}

impl Linear {
    /// A layer with bias.
    pub fn new(w: &Weights, inputs: i64, outputs: i64) -> Result<Self> {
        Ok(Self { bias: Some(w.tensor("bias", &[outputs])?), ..Self::without_bias(w, inputs, outputs)? })
    }

    /// A layer without bias.
    pub fn without_bias(w: &Weights, inputs: i64, outputs: i64) -> Result<Self> {
        Ok(Self { weight: w.parameter("weight", &[outputs, inputs])?, bias: None })
    }

    /// `(.., inputs)` to `(.., outputs)`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.f_linear(&*self.weight.ready()?, self.bias.as_deref())?)
    }
}
