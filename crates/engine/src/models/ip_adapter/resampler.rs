//! The projection of the plus adapters: a few learned queries look over all parts of a picture.
//!
//! Reference: InvokeAI 6.14.2, `backend/ip_adapter/resampler.py`.

use tch::{Kind, Tensor};

use super::projection::{length, matrix};
use crate::layers::{LayerNorm, Linear};
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result};

const EPS: f64 = 1e-5;
const HEAD_DIM: i64 = 64;

#[derive(Debug)]
pub(super) struct Resampler {
    latents: Weight,
    proj_in: Linear,
    layers: Vec<Layer>,
    proj_out: Linear,
    norm_out: LayerNorm,
}

#[derive(Debug)]
struct Layer {
    norm1: LayerNorm,
    norm2: LayerNorm,
    to_q: Linear,
    to_kv: Linear,
    to_out: Linear,
    heads: i64,
    feed_norm: LayerNorm,
    feed_in: Linear,
    feed_out: Linear,
}

impl Resampler {
    pub(super) fn new(w: &Weights) -> Result<Self> {
        let shape = w.shape("latents").unwrap_or_default();
        let [_, _, dim] = shape[..] else {
            return Err(EngineError::Setting(format!("`latents` of the IP-Adapter are no queries: {shape:?}")));
        };
        let ((_, inputs), outputs) = (matrix(w, "proj_in")?, length(w, "norm_out")?);
        let layers = w / "layers";
        let count = layers.names().filter_map(|name| name.split('.').next()?.parse::<usize>().ok()).max();
        Ok(Self {
            latents: w.tensor("latents", &shape)?,
            proj_in: Linear::new(&(w / "proj_in"), inputs, dim)?,
            layers: (0..count.map_or(0, |last| last + 1))
                .map(|i| Layer::new(&(&layers / i), dim))
                .collect::<Result<_>>()?,
            proj_out: Linear::new(&(w / "proj_out"), dim, outputs)?,
            norm_out: LayerNorm::new(&(w / "norm_out"), outputs, EPS)?,
        })
    }

    /// `(b, n, c)` to `(b, queries, width)`
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut latents = self.latents.f_repeat([x.size()[0], 1, 1])?;
        let x = self.proj_in.forward(x)?;
        for layer in &self.layers {
            latents = layer.forward(&x, latents)?;
        }
        self.norm_out.forward(&self.proj_out.forward(&latents)?)
    }
}

impl Layer {
    fn new(w: &Weights, dim: i64) -> Result<Self> {
        let (attention, feed) = (w / 0, w / 1);
        let (inner, _) = matrix(&attention, "to_q")?;
        let (wide, _) = matrix(&feed, "1")?;
        if inner < HEAD_DIM || inner % HEAD_DIM != 0 {
            return Err(EngineError::Setting(format!("heads of {HEAD_DIM} do not share a width of {inner}")));
        }
        Ok(Self {
            norm1: LayerNorm::new(&(&attention / "norm1"), dim, EPS)?,
            norm2: LayerNorm::new(&(&attention / "norm2"), dim, EPS)?,
            to_q: Linear::without_bias(&(&attention / "to_q"), dim, inner)?,
            to_kv: Linear::without_bias(&(&attention / "to_kv"), dim, inner * 2)?,
            to_out: Linear::without_bias(&(&attention / "to_out"), inner, dim)?,
            heads: inner / HEAD_DIM,
            feed_norm: LayerNorm::new(&(&feed / 0), dim, EPS)?,
            feed_in: Linear::without_bias(&(&feed / 1), dim, wide)?,
            feed_out: Linear::without_bias(&(&feed / 3), wide, dim)?,
        })
    }

    fn forward(&self, x: &Tensor, latents: Tensor) -> Result<Tensor> {
        let (batch, queries, _) = latents.size3()?;
        let normed = self.norm2.forward(&latents)?;
        let split = |x: &Tensor| x.f_reshape([batch, -1, self.heads, HEAD_DIM])?.f_transpose(1, 2);
        let both = self.to_kv.forward(&Tensor::f_cat(&[&self.norm1.forward(x)?, &normed], -2)?)?;
        let inner = self.heads * HEAD_DIM;
        // Each side gets half of the scale, which keeps half precision in bounds.
        let scale = (HEAD_DIM as f64).powf(-0.25);
        let query = split(&self.to_q.forward(&normed)?)?.f_mul_scalar(scale)?;
        let key = split(&both.f_narrow(-1, 0, inner)?)?.f_mul_scalar(scale)?;
        let value = split(&both.f_narrow(-1, inner, inner)?)?;
        let scores = query.f_matmul(&key.f_transpose(-2, -1)?)?;
        let shares = scores.f_softmax(-1, Kind::Float)?.f_to_kind(scores.kind())?;
        let found = shares.f_matmul(&value)?.f_permute([0, 2, 1, 3])?.f_reshape([batch, queries, -1])?;
        let latents = self.to_out.forward(&found)?.f_add(&latents)?;
        let fed = self.feed_in.forward(&self.feed_norm.forward(&latents)?)?.f_gelu("none")?;
        Ok(self.feed_out.forward(&fed)?.f_add(&latents)?)
    }
}
