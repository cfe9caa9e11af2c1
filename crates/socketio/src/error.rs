//! Why a request or a packet is refused. The texts of the first ones are what clients of other servers see, too.

/// A refusal.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    #[error("Invalid transport")]
    Transport,
    #[error("The client is using an unsupported version of the Socket.IO or Engine.IO protocols")]
    Version,
    #[error("Invalid session {0}")]
    Session(String),
    #[error("Invalid websocket upgrade")]
    Upgrade,
    #[error("Unexpected HTTP request")]
    Upgraded,
    #[error("Another request is polling this session")]
    PolledTwice,
    #[error("Payload is too large: at most {limit} bytes are accepted")]
    TooLarge { limit: usize },
    #[error("Payload is not UTF-8 text")]
    NotText,
    #[error("Payload could not be read")]
    Unreadable,
    #[error("Too many sessions")]
    TooMany,
    #[error("Malformed packet: {0}")]
    Packet(&'static str),
}
