//! What can go wrong between server and worker.

/// A conversation that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The server's socket could not be reached.
    #[error("cannot reach the server on `{socket}`")]
    Connect {
        /// Path of the socket.
        socket: String,
        /// Why.
        #[source]
        source: tonic::transport::Error,
    },
    /// The server does not want this worker.
    #[error("the server refused this worker: {0}")]
    Refused(String),
    /// The stream ended or broke.
    #[error("the connection between server and worker is lost: {0}")]
    Lost(String),
    /// The other side sends more than may be kept in memory.
    #[error("a {what} is too large: at most {limit} bytes are accepted, got {got}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// What came.
        got: u64,
    },
    /// The other side breaks the rules of the conversation.
    #[error("unexpected message: expected {expected}, got {got}")]
    Unexpected {
        /// What should have come.
        expected: &'static str,
        /// What came.
        got: String,
    },
}

impl ProtocolError {
    pub(crate) fn unexpected(expected: &'static str, got: impl Into<String>) -> Self {
        Self::Unexpected { expected, got: got.into() }
    }
}
