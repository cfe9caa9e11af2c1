//! `torch.nn.LayerNorm` and `torch.nn.GroupNorm`, both with learned scale and shift.

use tch::Tensor;

use crate::Result;
use crate::weights::{Weight, Weights};

/// Normalizes over the last dimension.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    weight: Weight,
    bias: Weight,
    dim: i64,
    eps: f64,
}

impl LayerNorm {
    /// Over vectors of length `dim`.
    pub fn new(w: &Weights, dim: i64, eps: f64) -> Result<Self> {
        Ok(Self { weight: w.tensor("weight", &[dim])?, bias: w.tensor("bias", &[dim])?, dim, eps })
    }

    /// `(.., dim)` to the same shape
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.f_layer_norm([self.dim], Some(&*self.weight), Some(&*self.bias), self.eps, true)?)
    }
}

/// Normalizes groups of channels.
#[derive(Debug)]
pub struct GroupNorm {
    weight: Weight,
    bias: Weight,
    groups: i64,
    eps: f64,
}

impl GroupNorm {
    /// Over `channels` in `groups` of equal size.
    pub fn new(w: &Weights, groups: i64, channels: i64, eps: f64) -> Result<Self> {
        Ok(Self { weight: w.tensor("weight", &[channels])?, bias: w.tensor("bias", &[channels])?, groups, eps })
    }

    /// `(b, channels, ..)` to the same shape
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.f_group_norm(self.groups, Some(&*self.weight), Some(&*self.bias), self.eps, true)?)
    }
}
