//! `torch.nn.Linear`.

use invoke_engine_sys::linear;
use tch::{Device, Kind, Tensor};

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
        let weight = self.weight.ready()?;
        let plain = |tensor: &Tensor| tensor.kind() == Kind::Float && tensor.device() == Device::Cpu;
        if plain(x) && plain(&weight) {
            return Ok(linear(x, &weight, self.bias.as_deref())?);
        }
        Ok(x.f_linear(&weight, self.bias.as_deref())?)
    }
}
