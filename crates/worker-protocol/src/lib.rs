//! The wire between the server and its workers: `proto/worker.proto`, compiled to [`wire`], and what both sides need to
//! speak it. [`client`] is the worker's whole side (dial in, receive runs, report, ask); the server's side lives in
//! `invoke-runners`, on top of [`Inbox`] and [`pack`], which carry payloads of any size in small messages.
//!
//! Nothing here knows a node, a model format or a database.

pub mod client;
mod error;
mod payload;
mod picture;

/// The generated messages and services.
pub mod wire {
    #![expect(
        missing_docs,
        clippy::allow_attributes,
        clippy::default_trait_access,
        clippy::missing_errors_doc,
        reason = "generated; proto/worker.proto documents it"
    )]
    tonic::include_proto!("invoke.worker.v1");
}

pub use error::ProtocolError;
pub use payload::{CHUNK_BYTES, Inbox, MESSAGE_BYTES, PENDING_BYTES, pack};
pub use picture::Picture;

/// Version of the program; server and worker must be of the same build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Bytes of the one-time token a worker is given on its standard input, before encoding.
pub const TOKEN_BYTES: usize = 32;
