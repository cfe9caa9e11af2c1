//! What can be wrong with a tensor file.

use std::path::{Path, PathBuf};

/// Why a file, or one tensor in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TensorFileError {
    /// The file could not be opened or mapped.
    #[error("cannot read `{}`: {source}", file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The header as a whole is unusable, so that nothing in the file is.
    #[error("`{}` is not a valid safetensors file: {reason}", file.display())]
    Header {
        /// Which file.
        file: PathBuf,
        /// What was expected and what was found.
        reason: String,
    },
    /// One entry of the header contradicts itself, another entry or the length of the file.
    #[error("`{}` is damaged at tensor `{tensor}`: {reason}", file.display())]
    Entry {
        /// Which file.
        file: PathBuf,
        /// Which tensor.
        tensor: String,
        /// What was expected and what was found.
        reason: String,
    },
    /// The file is sound but has no tensor of this name.
    #[error("`{}` has no tensor `{tensor}`", file.display())]
    Missing {
        /// Which file.
        file: PathBuf,
        /// Which tensor.
        tensor: String,
    },
}

impl TensorFileError {
    pub(crate) fn header(file: &Path, reason: impl Into<String>) -> Self {
        Self::Header { file: file.to_owned(), reason: reason.into() }
    }

    pub(crate) fn entry(file: &Path, tensor: &str, reason: impl Into<String>) -> Self {
        Self::Entry { file: file.to_owned(), tensor: tensor.to_owned(), reason: reason.into() }
    }
}
