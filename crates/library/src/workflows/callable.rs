//! Whether a workflow may be called by others, through the node `call_saved_workflow`.

use invoke_domain::Random;
use invoke_graph::{Catalogue, SavedWorkflow};

/// The answer, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callable {
    /// What was found.
    pub reason: CallReason,
    /// One sentence where it may not be called.
    pub message: Option<String>,
}

/// What decides whether a workflow may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallReason {
    /// It may.
    Ok,
    /// It gives nothing back.
    MissingReturn,
    /// It gives back in several places.
    SeveralReturns,
    /// It has a node that cannot be called.
    UnsupportedNode,
    /// It has a node that makes several items of one.
    UnsupportedBatch,
    /// What callers may set does not fit.
    InvalidInputs,
    /// Its document cannot be read as a graph.
    InvalidGraph,
}

impl CallReason {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::MissingReturn => "missing_workflow_return",
            Self::SeveralReturns => "multiple_workflow_return",
            Self::UnsupportedNode => "unsupported_node",
            Self::UnsupportedBatch => "unsupported_batch_input",
            Self::InvalidInputs => "invalid_inputs",
            Self::InvalidGraph => "invalid_graph",
        }
    }
}

impl Callable {
    /// Whether it may be called.
    pub fn is_callable(&self) -> bool {
        self.reason == CallReason::Ok
    }

    fn because(reason: CallReason, message: impl Into<String>) -> Self {
        Self { reason, message: Some(message.into()) }
    }
}

/// Whether a workflow with so many `workflow_return` nodes may be called. `document` is read only when it matters.
pub(super) fn of(
    returns: i64,
    document: impl FnOnce() -> String,
    catalogue: &Catalogue,
    random: &dyn Random,
) -> Callable {
    match returns {
        0 => {
            let sentence = "The workflow must contain exactly one workflow_return node.";
            Callable::because(CallReason::MissingReturn, sentence)
        }
        1 => of_document(&document(), catalogue, random),
        _ => {
            let sentence = "The workflow must not contain more than one workflow_return node.";
            Callable::because(CallReason::SeveralReturns, sentence)
        }
    }
}

fn of_document(document: &str, catalogue: &Catalogue, random: &dyn Random) -> Callable {
    let Ok(document) = serde_json::from_str(document) else {
        return Callable::because(CallReason::InvalidGraph, "The workflow is no JSON.");
    };
    match SavedWorkflow::new(document).graph(catalogue, random) {
        Ok(_) => Callable { reason: CallReason::Ok, message: None },
        Err(error) => {
            let reason = match error.kind {
                "UnsupportedWorkflowNodeError" if error.message.contains("batch-special") => {
                    CallReason::UnsupportedBatch
                }
                "UnsupportedWorkflowNodeError" => CallReason::UnsupportedNode,
                "InvalidWorkflowInputError" => CallReason::InvalidInputs,
                _ => CallReason::InvalidGraph,
            };
            Callable::because(reason, error.message)
        }
    }
}
