//! Why a server did not start, in words for the person who started it.

use crate::tls::CertificateError;
use invoke_auth::AuthError;
use invoke_graph::GraphError;
use invoke_library::LibraryError;
use invoke_queue::QueueError;
use invoke_runners::RunnerError;
use invoke_storage::StorageError;
use std::path::PathBuf;

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder of the root cannot be made.
    #[error("cannot make the folder `{}`", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {host}:{port}")]
    Listen {
        /// Host as configured.
        host: String,
        /// Port as configured.
        port: u16,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Threads cannot be started.
    #[error("cannot start the threads of the server")]
    Threads(#[source] std::io::Error),
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The settings would let other sites act for the users.
    #[error("{0}")]
    Cors(&'static str),
    /// The database is refused or failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The accounts cannot be opened.
    #[error(transparent)]
    Accounts(#[from] AuthError),
    /// The images folder cannot be used.
    #[error(transparent)]
    Images(#[from] LibraryError),
    /// What ran when the server ended last cannot be taken up.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The node catalogue cannot be read.
    #[error(transparent)]
    Catalogue(#[from] GraphError),
    /// Workers cannot be served.
    #[error(transparent)]
    Runners(#[from] RunnerError),
}
