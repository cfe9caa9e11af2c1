//! What can go wrong in the engine.

use std::path::PathBuf;

use invoke_engine_sys::ShimError;
use invoke_prompts::PromptError;
use invoke_tensor_files::TensorFileError;
use tch::TchError;

use crate::memory::OutOfMemory;

/// The engine's result.
pub type Result<T> = std::result::Result<T, EngineError>;

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// libtorch refused an operation.
    #[error("libtorch: {0}")]
    Torch(String),
    /// There is not enough memory.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// A file of weights is missing or damaged.
    #[error(transparent)]
    File(#[from] TensorFileError),
    /// A folder holds no weights that can be read.
    #[error("no weights in `{}`: {reason}", folder.display())]
    NoWeights {
        /// The folder.
        folder: PathBuf,
        /// What was looked for, or what is there instead.
        reason: String,
    },
    /// A model's weights lack a tensor its configuration calls for.
    #[error("`{}` has no tensor `{tensor}`, expected shape {expected:?}", weights.display())]
    MissingTensor {
        /// File or folder of the weights.
        weights: PathBuf,
        /// Full name of the tensor.
        tensor: String,
        /// Shape that was called for.
        expected: Vec<i64>,
    },
    /// A tensor does not have the shape the model's configuration calls for.
    #[error("tensor `{tensor}` of `{}` has the wrong shape: expected {expected:?}, got {got:?}", weights.display())]
    WrongShape {
        /// File or folder of the weights.
        weights: PathBuf,
        /// Full name of the tensor.
        tensor: String,
        /// Shape that was called for.
        expected: Vec<i64>,
        /// Shape in the file.
        got: Vec<i64>,
    },
    /// A configuration file is missing, is not what its name says, or asks for what is not built.
    #[error("`{}`: {reason}", file.display())]
    Config {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An input tensor does not fit the model or the other inputs.
    #[error("`{what}` has the wrong shape: expected {expected}, got {got:?}")]
    Input {
        /// Which input.
        what: &'static str,
        /// The shapes that would do.
        expected: String,
        /// The shape it has.
        got: Vec<i64>,
    },
    /// A setting has no meaning here.
    #[error("{0}")]
    Setting(String),
    /// There is no scheduler of this name.
    #[error("unknown scheduler `{name}`, available: {available}")]
    UnknownScheduler {
        /// The name asked for.
        name: String,
        /// All names there are.
        available: String,
    },
    /// A prompt or its tokenizer cannot be read.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The device cannot be used.
    #[error("device `{name}` is not available: {reason}")]
    Device {
        /// The device asked for.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A file of a model that is being made can not be written.
    #[error("`{}` can not be written: {source}", path.display())]
    NotWritten {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl From<TchError> for EngineError {
    fn from(error: TchError) -> Self {
        refused(&error.to_string())
    }
}

impl From<ShimError> for EngineError {
    fn from(error: ShimError) -> Self {
        match error {
            ShimError::Torch(message) => refused(&message),
            other => Self::Torch(other.to_string()),
        }
    }
}

/// What libtorch says when it refuses, as an error.
fn refused(message: &str) -> EngineError {
    let message = first_part(message);
    OutOfMemory::from_message(&message).map_or(EngineError::Torch(message), EngineError::OutOfMemory)
}

/// A message of libtorch without the C++ stack that follows it.
fn first_part(message: &str) -> String {
    message.split("\nException raised from").next().unwrap_or(message).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::*;

    #[test]
    fn a_refusal_of_libtorch_names_the_shapes_and_not_the_stack() {
        let two = Tensor::zeros([2], (Kind::Float, Device::Cpu));
        let three = Tensor::zeros([3], (Kind::Float, Device::Cpu));
        let error = EngineError::from(two.f_add(&three).unwrap_err()).to_string();
        assert!(error.contains("tensor a (2) must match the size of tensor b (3)"), "{error}");
        assert!(!error.contains("Exception raised"), "{error}");
    }
}
