//! What can go wrong with graphs beside problems in a request.

use crate::Problem;

/// A graph, a session or a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// The catalogue is not one of ours.
    #[error("the node catalogue cannot be read: {0}")]
    Catalogue(#[source] serde_json::Error),
    /// A session's text is not a session.
    #[error("the session cannot be read: {0}")]
    Session(#[source] serde_json::Error),
    /// A graph breaks a rule.
    #[error("{}", .0.first().map_or_else(|| "the graph is invalid".to_owned(), ToString::to_string))]
    Invalid(Vec<Problem>),
    /// Two nodes, or two types, share a name.
    #[error("node definitions disagree on `{0}`")]
    Conflict(String),
    /// A node is not in the catalogue.
    #[error("unknown node type: {0}")]
    UnknownNode(String),
    /// Loops expand into more nodes than we run.
    #[error("the graph's loops expand into more than the permitted nodes: {0}")]
    TooLarge(usize),
    /// The session contradicts itself.
    #[error("the session is damaged: {0}")]
    Damaged(String),
}
