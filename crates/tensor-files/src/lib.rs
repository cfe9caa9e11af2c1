//! Files full of tensors, read without a tensor library: names, shapes, types and bytes, nothing is computed.
//!
//! Who identifies a model reads names and shapes here and never loads a weight; the engine makes tensors out of the
//! bytes, which stay in the file's memory map. Start at [`SafeTensors::open`].
//!
//! A header is believed only after it was checked against the file: whatever does not fit is a [`TensorFileError`] that
//! names the file and, where there is one, the tensor. No format that needs code to run (pickle) is interpreted.

mod dtype;
mod error;
mod header;
mod safetensors;

pub use dtype::Dtype;
pub use error::TensorFileError;
pub use safetensors::{SafeTensors, TensorView};
