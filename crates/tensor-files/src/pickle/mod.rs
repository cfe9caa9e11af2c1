//! The one reader of pickles: follows the instructions of `torch.save` and runs nothing.
//!
//! A pickle is a program for a small stack machine whose instructions may name any function of any Python module. This
//! machine knows the instructions that dictionaries, lists, numbers, texts and tensors are made of, and of functions
//! only those in [`globals`], none of which it calls: a tensor becomes a note of which storage it lies in. What it does
//! not know ends the reading with [`TensorFileError::Unsafe`](crate::TensorFileError::Unsafe).
//!
//! Reference: torch, `torch/_weights_only_unpickler.py`, which accepts the same instructions; the instructions themselves
//! are described in Python's `Lib/pickletools.py`.

mod globals;
mod machine;

use crate::Dtype;

pub(crate) use machine::{Pickle, run};

/// A value of a pickle. Texts are ranges of the pickle, everything bigger is an index into [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    None,
    Flag(bool),
    Integer(i64),
    /// A text, as the range of its bytes.
    Text(u32, u32),
    Global(globals::Global),
    /// A list or a tuple.
    List(u32),
    Dict(u32),
    Storage(u32),
    Tensor(u32),
    /// Something harmless that nobody asks for.
    Other,
}

/// The bytes of one or several tensors.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    /// `None` for bytes whose type only the tensors say.
    pub(crate) dtype: Option<Dtype>,
    /// Under which name the bytes are stored.
    pub(crate) key: (u32, u32),
    /// How many elements it has; bytes where it has no type.
    pub(crate) elements: usize,
}

/// A part of a storage.
#[derive(Debug, Clone)]
pub(crate) struct Tensor {
    pub(crate) storage: u32,
    /// Elements before its first one.
    pub(crate) offset: usize,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Box<[usize]>,
    pub(crate) strides: Box<[usize]>,
}
