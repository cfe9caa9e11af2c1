//! The layers of an attention block. The autoencoders of older checkpoints, Stable Diffusion 1.5 among them, name them
//! differently from everything written since.

use crate::weights::Weights;

/// The layers of an attention block: query, key, value and output projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionNames {
    /// Query projection.
    pub to_q: &'static str,
    /// Key projection.
    pub to_k: &'static str,
    /// Value projection.
    pub to_v: &'static str,
    /// Output projection.
    pub to_out: &'static str,
}

/// The names diffusers writes today.
pub const CURRENT: AttentionNames = AttentionNames { to_q: "to_q", to_k: "to_k", to_v: "to_v", to_out: "to_out.0" };

/// The names of diffusers before 0.16.
pub const LEGACY: AttentionNames = AttentionNames { to_q: "query", to_k: "key", to_v: "value", to_out: "proj_attn" };

/// The names this block of the weights uses.
pub fn of(weights: &Weights) -> AttentionNames {
    if weights.contains("query.weight") { LEGACY } else { CURRENT }
}
