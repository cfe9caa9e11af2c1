//! Files full of tensors, read without a tensor library: names, shapes, types and bytes, nothing is computed.
//!
//! Who identifies a model reads names and shapes here and never loads a weight; the engine makes tensors out of the
//! bytes, which stay in the file's memory map. Start at [`TensorFile::open`], which takes safetensors and what
//! `torch.save` wrote alike; [`TensorFile::part`] gives the parts of a checkpoint the names diffusers has for them; [`Gguf`] lists the quantised tensors of a GGUF file.
//!
//! A header is believed only after it was checked against the file: whatever does not fit is a [`TensorFileError`] that
//! names the file and, where there is one, the tensor. A pickle is never run: the module `pickle` follows its
//! instructions as far as they make dictionaries, numbers, texts and tensors, and refuses the rest. What is kept of a
//! header is bounded by twice the size of the file.

mod budget;
mod dtype;
mod error;
mod file;
mod gguf;
mod header;
mod layout;
mod names;
mod pickle;
mod torch;
mod write;
mod zip;

pub use dtype::Dtype;
pub use error::{Format, TensorFileError};
pub use file::{Scalar, TensorFile, TensorView};
pub use gguf::{GgmlType, Gguf, GgufTensor, GgufValue};
pub use layout::Part;
pub use write::write_safetensors;

/// A [`TensorFile`] that is known to be safetensors.
pub type SafeTensors = TensorFile;
