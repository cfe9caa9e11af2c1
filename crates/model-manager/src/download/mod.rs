//! Files from the network: addresses that may be fetched, one request and its redirects, one file with everything that can
//! interrupt it. It knows nothing of models; what a download is for is told by [`crate::install`].
//!
//! Reference: InvokeAI 6.14.2, `app/services/download/download_default.py`, `app/util/ssrf.py`.
//!
//! Start reading at [`fetch`](file::fetch).

mod address;
mod error;
mod file;
mod http;
mod names;
mod tokens;

pub(crate) use address::{host_of, shown, without_secrets};
pub(crate) use error::DownloadError;
pub(crate) use file::{Order, Progress, fetch, has_room, in_progress};
pub use file::{Part, PartStatus};
pub(crate) use http::{Answer, Http};
pub(crate) use names::relative_path;
pub use tokens::RemoteToken;

use std::time::Duration;

/// How files are downloaded.
#[derive(Debug, Clone)]
pub struct DownloadSettings {
    /// Files that are downloaded at the same time.
    pub parallel: usize,
    /// Whether addresses that are not public may be asked.
    pub allow_private: bool,
    /// The proxy for everything; the environment's are not used.
    pub proxy: Option<String>,
    /// Tokens for other hosts than the hub.
    pub tokens: Vec<RemoteToken>,
    /// How often in a row a file may break off before it is given up.
    pub attempts: u32,
    /// How long to wait after the first failure; doubled after each.
    pub first_wait: Duration,
    /// A host that sends nothing for so long is taken to be gone.
    pub patience: Duration,
}

impl Default for DownloadSettings {
    fn default() -> Self {
        Self {
            parallel: 5,
            allow_private: false,
            proxy: None,
            tokens: Vec::new(),
            attempts: 5,
            first_wait: Duration::from_secs(1),
            patience: Duration::from_secs(30),
        }
    }
}
