//! The residual block of UNet and autoencoder.
//!
//! Reference: diffusers 0.40.0, `models/resnet.py`, `ResnetBlock2D` with `time_embedding_norm="default"`.

use tch::Tensor;

use super::{Conv2d, GroupNorm, Linear};
use crate::Result;
use crate::weights::Weights;

/// What a residual block is made of.
#[derive(Debug, Clone, Copy)]
pub struct ResnetConfig {
    /// Channels in.
    pub inputs: i64,
    /// Channels out.
    pub outputs: i64,
    /// Width of the time embedding, for blocks that are told the time.
    pub time_dim: Option<i64>,
    /// Groups of both norms.
    pub groups: i64,
    /// Epsilon of both norms.
    pub eps: f64,
}

/// Two convolutions beside a shortcut.
#[derive(Debug)]
pub struct ResnetBlock2d {
    norm1: GroupNorm,
    conv1: Conv2d,
    time_emb_proj: Option<Linear>,
    norm2: GroupNorm,
    conv2: Conv2d,
    conv_shortcut: Option<Conv2d>,
}

impl ResnetBlock2d {
    /// The block in this part of the weights.
    pub fn new(w: &Weights, config: ResnetConfig) -> Result<Self> {
        let ResnetConfig { inputs, outputs, time_dim, groups, eps } = config;
        let time_emb_proj = time_dim.map(|dim| Linear::new(&(w / "time_emb_proj"), dim, outputs)).transpose()?;
        let conv_shortcut =
            if inputs == outputs { None } else { Some(Conv2d::new(&(w / "conv_shortcut"), inputs, outputs, 1)?) };
        Ok(Self {
            norm1: GroupNorm::new(&(w / "norm1"), groups, inputs, eps)?,
            conv1: Conv2d::new(&(w / "conv1"), inputs, outputs, 3)?,
            time_emb_proj,
            norm2: GroupNorm::new(&(w / "norm2"), groups, outputs, eps)?,
            conv2: Conv2d::new(&(w / "conv2"), outputs, outputs, 3)?,
            conv_shortcut,
        })
    }

    /// `x (b, inputs, h, w)`, `time (b, time_dim)` to `(b, outputs, h, w)`
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        let mut h = self.conv1.forward(&self.norm1.forward(x)?.f_silu_()?)?;
        if let (Some(proj), Some(time)) = (&self.time_emb_proj, time) {
            let shift = proj.forward(&time.f_silu()?)?; // (b, outputs)
            h = h.f_add_(&shift.f_unsqueeze(-1)?.f_unsqueeze(-1)?)?;
        }
        let h = self.conv2.forward(&self.norm2.forward(&h)?.f_silu_()?)?;
        match &self.conv_shortcut {
            Some(shortcut) => Ok(shortcut.forward(x)?.f_add(&h)?),
            None => Ok(x.f_add(&h)?),
        }
    }
}
