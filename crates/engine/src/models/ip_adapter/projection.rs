//! The small projections: of the plain adapters and of the one for whole faces.
//!
//! Reference: InvokeAI 6.14.2, `backend/ip_adapter/ip_adapter.py`, `ImageProjModel` and `MLPProjModel`.

use tch::Tensor;

use crate::layers::{LayerNorm, Linear};
use crate::weights::Weights;
use crate::{EngineError, Result};

const EPS: f64 = 1e-5;

/// A picture's vector to a few tokens.
#[derive(Debug)]
pub(super) struct ImageProjection {
    proj: Linear,
    norm: LayerNorm,
    width: i64,
}

impl ImageProjection {
    pub(super) fn new(w: &Weights) -> Result<Self> {
        let (outputs, inputs) = matrix(w, "proj")?;
        let width = length(w, "norm")?;
        Ok(Self {
            proj: Linear::new(&(w / "proj"), inputs, outputs)?,
            norm: LayerNorm::new(&(w / "norm"), width, EPS)?,
            width,
        })
    }

    /// `(b, c)` to `(b, tokens, width)`
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let batch = x.size()[0];
        self.norm.forward(&self.proj.forward(x)?.f_reshape([batch, -1, self.width])?)
    }
}

/// Each part of a picture to a token.
#[derive(Debug)]
pub(super) struct MlpProjection {
    first: Linear,
    second: Linear,
    norm: LayerNorm,
}

impl MlpProjection {
    pub(super) fn new(w: &Weights) -> Result<Self> {
        let proj = w / "proj";
        let ((inside, inputs), (outputs, _)) = (matrix(&proj, "0")?, matrix(&proj, "2")?);
        Ok(Self {
            first: Linear::new(&(&proj / 0), inputs, inside)?,
            second: Linear::new(&(&proj / 2), inside, outputs)?,
            norm: LayerNorm::new(&(&proj / 3), outputs, EPS)?,
        })
    }

    /// `(b, n, c)` to `(b, n, width)`
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.norm.forward(&self.second.forward(&self.first.forward(x)?.f_gelu("none")?)?)
    }
}

/// Rows and columns of a matrix in the file.
pub(super) fn matrix(w: &Weights, name: &str) -> Result<(i64, i64)> {
    let shape = w.shape(&format!("{name}.weight")).unwrap_or_default();
    match shape[..] {
        [rows, columns] => Ok((rows, columns)),
        _ => Err(EngineError::Setting(format!("`{name}` of the IP-Adapter is no matrix: {shape:?}"))),
    }
}

/// Length of a norm in the file.
pub(super) fn length(w: &Weights, name: &str) -> Result<i64> {
    let shape = w.shape(&format!("{name}.weight")).unwrap_or_default();
    match shape[..] {
        [length] => Ok(length),
        _ => Err(EngineError::Setting(format!("`{name}` of the IP-Adapter is no norm: {shape:?}"))),
    }
}
