//! A tensor that is never written.

use std::ops::Deref;

use tch::Tensor;

/// A model's tensor: read by every call, written by none, so that a loaded model can be shared between threads.
///
/// In-place operations on it are a mistake: its memory may be a read-only map of the model's file.
#[derive(Debug)]
pub struct Weight(Tensor);

#[expect(unsafe_code, reason = "tch leaves tensors unshared because they may be written; weights are not")]
// SAFETY: libtorch allows concurrent reads of a tensor, its reference counts are atomic, and nothing writes to it.
unsafe impl Sync for Weight {}

impl Weight {
    pub(crate) fn new(tensor: Tensor) -> Self {
        Self(tensor)
    }
}

impl Clone for Weight {
    /// The same numbers, not copied.
    fn clone(&self) -> Self {
        Self(self.0.shallow_clone())
    }
}

impl Deref for Weight {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        &self.0
    }
}
