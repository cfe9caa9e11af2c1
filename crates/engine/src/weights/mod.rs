//! Weights: tensors of a model's files, found by the names the checkpoint gives them.
//!
//! Start at [`Weights::open`]. On the CPU, in the precision they are stored in, tensors lie over the mapped file and cost
//! no memory of their own; otherwise they are converted on the way.

mod find;
mod map;
pub mod names;
mod parameter;
mod weight;

pub use map::{SeamlessAxes, Weights};
pub use parameter::{Parameter, Ready};
pub use weight::Weight;
