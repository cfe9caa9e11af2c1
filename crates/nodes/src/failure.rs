//! Errors of the engine and what is not built yet, as a node reports them.

use invoke_engine::EngineError;
use invoke_graph::NodeError;

/// The kind of a failure for want of memory, by which the official pages know it.
pub const OUT_OF_MEMORY: &str = "OutOfMemoryError";

/// A failure of the engine; its cancellation is the run's.
pub(crate) fn engine_failed(error: EngineError) -> NodeError {
    let kind = match &error {
        EngineError::Cancelled => return NodeError::Cancelled,
        EngineError::OutOfMemory(_) => OUT_OF_MEMORY,
        EngineError::Prompt(_) | EngineError::Input { .. } | EngineError::Setting(_) => "ValueError",
        EngineError::File(_) | EngineError::NoWeights { .. } | EngineError::Config { .. } => "OSError",
        _ => "RuntimeError",
    };
    NodeError::from_error(kind, &error)
}

/// Something the reference can do and this program cannot.
pub(crate) fn not_yet(what: &str) -> NodeError {
    NodeError::new("NotImplementedError", format!("Not supported yet: {what}"))
}
