//! Diffusion models on libtorch: weights in, tensors through, pictures out.
//!
//! It is given paths and numbers and knows nothing of users, queues, databases or graphs. A model is loaded from its
//! folder ([`models`]), a scheduler is made by name ([`schedulers`]), and [`sampling`] is the order in which they are
//! called. Every call that libtorch may refuse returns an [`EngineError`]; a wrong file is an error that names the file,
//! the tensor and both shapes, never a panic.
//!
//! With the same weights, seed and settings, in float32 on the CPU, the numbers are those of the reference
//! implementation: a model is written as the same sequence of operations, and a difference is marked `differs:`.

pub mod cache;
pub mod conditioning;
pub mod convert;
pub mod device;
mod error;
mod json;
pub mod layers;
pub mod memory;
pub mod models;
pub mod patches;
pub mod random;
pub mod sampling;
pub mod schedulers;
pub mod weights;

pub use error::{EngineError, Result};
pub use tch::{Kind, Tensor};
