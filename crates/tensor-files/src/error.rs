//! What can be wrong with a tensor file.

use std::path::{Path, PathBuf};

/// The kinds of file, as errors name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// safetensors.
    SafeTensors,
    /// What `torch.save` writes: a zip archive with a pickle, or before torch 1.6 pickles in a row.
    Torch,
    /// GGUF of llama.cpp.
    Gguf,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SafeTensors => "safetensors",
            Self::Torch => "PyTorch",
            Self::Gguf => "GGUF",
        })
    }
}

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
    #[error("`{}` is not a valid {format} file: {reason}", file.display())]
    Header {
        /// Which file.
        file: PathBuf,
        /// As what it was read.
        format: Format,
        /// What was expected and what was found.
        reason: String,
    },
    /// A pickle asks for something that is neither a tensor nor plain data, and that only running code could make.
    #[error("`{}` is refused: it is a pickle that asks for `{what}`, and pickles are read, never run", file.display())]
    Unsafe {
        /// Which file.
        file: PathBuf,
        /// Module and name, or the instruction.
        what: String,
    },
    /// Its header would fill far more memory than the file has bytes.
    #[error("`{}` is refused: its header unfolds to more than twice the size of the file", file.display())]
    TooLarge {
        /// Which file.
        file: PathBuf,
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
    pub(crate) fn header(file: &Path, format: Format, reason: impl Into<String>) -> Self {
        Self::Header { file: file.to_owned(), format, reason: reason.into() }
    }

    pub(crate) fn entry(file: &Path, tensor: &str, reason: impl Into<String>) -> Self {
        Self::Entry { file: file.to_owned(), tensor: tensor.to_owned(), reason: reason.into() }
    }
}
