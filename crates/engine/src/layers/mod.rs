//! Layers that several models share, each the same operation as its namesake in PyTorch or diffusers.
//!
//! `new` sits next to `forward`; a layer takes the part of the weights named after it. A layer with a flag for every
//! model would be two layers: what only one model has stays in that model's folder.

mod attention;
mod channels;
mod conv;
mod embedding;
mod linear;
mod norm;
mod resample;
mod resnet;
mod timestep;

pub use attention::{Attention, AttentionConfig};
pub use channels::channels_last;
pub use conv::Conv2d;
pub use embedding::Embedding;
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm};
pub use resample::{Downsample2d, Padding, Upsample2d};
pub use resnet::{ResnetBlock2d, ResnetConfig};
pub use timestep::{TimestepEmbedding, timestep_embedding};
