//! Errors of the engine and what is not built yet, as a node reports them.

use invoke_engine::EngineError;
use invoke_engine::memory::OutOfMemory;
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

/// A node that panicked. Arithmetic of tensors has no other way to say that memory did not suffice; what follows the first line
/// is libtorch's stack, for the log alone.
pub(crate) fn node_panicked(message: &str) -> NodeError {
    if let Some(error) = OutOfMemory::from_message(message) {
        return engine_failed(EngineError::OutOfMemory(error));
    }
    // Where an error was unwrapped, the line ends are those of a text in quotes.
    let first = message.lines().next().unwrap_or_default();
    let first = first.split("\\n").next().unwrap_or_default();
    NodeError::new("RuntimeError", format!("The node stopped unexpectedly: {first}"))
}

/// Something the reference can do and this program cannot.
pub(crate) fn not_yet(what: &str) -> NodeError {
    NodeError::new("NotImplementedError", format!("Not supported yet: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_libtorch_for_want_of_memory_is_told_as_such() {
        let message = "called `Result::unwrap()` on an `Err` value: Torch(\"DefaultCPUAllocator: can't allocate memory: \
                       you tried to allocate 12582912 bytes. Error code 12\\nframe #0: c10::alloc_cpu\")";
        let error = node_panicked(message).to_string();
        assert!(error.contains("out of memory: 12.0 MiB more were needed"), "{error}");
    }

    #[test]
    fn the_stack_behind_a_panic_is_left_to_the_log() {
        for message in ["sizes differ\nframe #0: somewhere", "Torch(\"sizes differ\\nframe #0: somewhere\")"] {
            let error = node_panicked(message).to_string();
            assert!(error.contains("sizes differ") && !error.contains("frame"), "{error}");
        }
    }
}
