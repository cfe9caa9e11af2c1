//! How much memory reading a file may take.

use std::path::{Path, PathBuf};

use crate::TensorFileError;

/// What any file may take, so that the overhead of a few names never refuses a small one.
const SMALL: usize = 4 << 20;

/// Counts what is kept while a file's header is read: at most twice the file, however its header is nested or repeated.
#[derive(Debug)]
pub(crate) struct Budget {
    file: PathBuf,
    left: usize,
}

impl Budget {
    /// For a file of `length` bytes.
    pub(crate) fn new(file: &Path, length: usize) -> Self {
        Self { file: file.to_owned(), left: length.saturating_mul(2).max(SMALL) }
    }

    /// Takes `bytes` before they are allocated.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), TensorFileError> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(TensorFileError::TooLarge { file: self.file.clone() }),
        }
    }
}
