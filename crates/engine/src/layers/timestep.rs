//! Time as a vector.
//!
//! Reference: diffusers 0.40.0, `models/embeddings.py`, `get_timestep_embedding` and `TimestepEmbedding`.

use tch::{Kind, Tensor};

use super::Linear;
use crate::Result;
use crate::weights::Weights;

const MAX_PERIOD: f64 = 10_000.0;

/// Sines and cosines of the timesteps at falling frequencies: `(b)` to `(b, dim)`, in float32.
///
/// `cos_first` is `flip_sin_to_cos` of the configurations, `shift` their `freq_shift`.
pub fn timestep_embedding(timesteps: &Tensor, dim: i64, cos_first: bool, shift: f64) -> Result<Tensor> {
    let half = dim / 2;
    let exponent = Tensor::f_arange(half, (Kind::Float, timesteps.device()))?
        .f_mul_scalar(-MAX_PERIOD.ln())?
        .f_div_scalar(half as f64 - shift)?;
    let frequencies = exponent.f_exp()?.f_unsqueeze(0)?; // (1, half)
    let angles = timesteps.f_to_kind(Kind::Float)?.f_unsqueeze(1)?.f_mul(&frequencies)?; // (b, half)
    let (sin, cos) = (angles.f_sin()?, angles.f_cos()?);
    let embedding = if cos_first { Tensor::f_cat(&[cos, sin], -1)? } else { Tensor::f_cat(&[sin, cos], -1)? };
    if dim % 2 == 1 { Ok(embedding.f_pad([0, 1, 0, 0], "constant", 0.0)?) } else { Ok(embedding) }
}

/// Two linear layers on top of [`timestep_embedding`].
#[derive(Debug)]
pub struct TimestepEmbedding {
    linear_1: Linear,
    linear_2: Linear,
}

impl TimestepEmbedding {
    /// The layers in this part of the weights.
    pub fn new(w: &Weights, inputs: i64, outputs: i64) -> Result<Self> {
        Ok(Self {
            linear_1: Linear::new(&(w / "linear_1"), inputs, outputs)?,
            linear_2: Linear::new(&(w / "linear_2"), outputs, outputs)?,
        })
    }

    /// `(b, inputs)` to `(b, outputs)`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.linear_2.forward(&self.linear_1.forward(x)?.f_silu()?)
    }
}
