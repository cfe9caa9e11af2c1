//! Multi-head attention over sequences.
//!
//! Reference: diffusers 0.40.0, `models/attention_processor.py`, `Attention` with `AttnProcessor2_0`.

use tch::Tensor;

use super::Linear;
use crate::Result;
use crate::weights::Weights;
use crate::weights::names::attention::AttentionNames;

/// What an attention layer is made of.
#[derive(Debug, Clone, Copy)]
pub struct AttentionConfig {
    /// Width of the queries' sequence, and of the result.
    pub query_dim: i64,
    /// Width of the sequence keys and values come from.
    pub context_dim: i64,
    /// Number of heads.
    pub heads: i64,
    /// Width of one head.
    pub head_dim: i64,
    /// Whether query, key and value have a bias; the output always has one.
    pub qkv_bias: bool,
    /// The names of the four layers in the checkpoint.
    pub names: AttentionNames,
}

/// Attention from one sequence to another, or to itself.
#[derive(Debug)]
pub struct Attention {
    to_q: Linear,
    to_k: Linear,
    to_v: Linear,
    to_out: Linear,
    heads: i64,
    head_dim: i64,
}

impl Attention {
    /// The attention in this part of the weights.
    pub fn new(w: &Weights, config: AttentionConfig) -> Result<Self> {
        let AttentionConfig { query_dim, context_dim, heads, head_dim, qkv_bias, names } = config;
        let inner = heads * head_dim;
        let linear = if qkv_bias { Linear::new } else { Linear::without_bias };
        Ok(Self {
            to_q: linear(&(w / names.to_q), query_dim, inner)?,
            to_k: linear(&(w / names.to_k), context_dim, inner)?,
            to_v: linear(&(w / names.to_v), context_dim, inner)?,
            to_out: Linear::new(&(w / names.to_out), inner, query_dim)?,
            heads,
            head_dim,
        })
    }

    /// `x (b, n, query_dim)` attends to `context (b, m, context_dim)`; `bias`, added to the scores, broadcasts to
    /// `(b, heads, n, m)`. The result is `(b, n, query_dim)`.
    pub fn forward(&self, x: &Tensor, context: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        self.forward_with(x, context, bias, |_| Ok(None))
    }

    /// As [`forward`](Self::forward); what `extra` makes of the queries `(b, heads, n, head_dim)`, `(b, n, heads * head_dim)`,
    /// is added before the output projection.
    pub fn forward_with(
        &self,
        x: &Tensor,
        context: &Tensor,
        bias: Option<&Tensor>,
        extra: impl FnOnce(&Tensor) -> Result<Option<Tensor>>,
    ) -> Result<Tensor> {
        let query = self.split(&self.to_q.forward(x)?)?; // (b, heads, n, head_dim)
        let key = self.split(&self.to_k.forward(context)?)?; // (b, heads, m, head_dim)
        let value = self.split(&self.to_v.forward(context)?)?; // (b, heads, m, head_dim)
        let attended = Tensor::f_scaled_dot_product_attention(&query, &key, &value, bias, 0.0, false, None, false)?;
        let batch = x.size()[0];
        let mut joined = attended.f_transpose(1, 2)?.f_reshape([batch, -1, self.heads * self.head_dim])?; // (b, n, inner)
        if let Some(extra) = extra(&query)? {
            joined = joined.f_add(&extra)?;
        }
        self.to_out.forward(&joined)
    }

    fn split(&self, x: &Tensor) -> Result<Tensor> {
        let batch = x.size()[0];
        Ok(x.f_view([batch, -1, self.heads, self.head_dim])?.f_transpose(1, 2)?)
    }
}
