//! Why a file could not be downloaded. No message has an address in it with what may be secret there.

use super::Order;
use std::path::PathBuf;
use std::time::Duration;

/// A download failed, or was told to stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    #[error(
        "Refusing to download from '{0}': it resolves to a non-public address. Set `allow_private_download_urls` in \
         invokeai.yaml to permit downloads from loopback and private-network addresses."
    )]
    Private(String),
    #[error("Unsupported URL scheme '{0}'. Only http and https are allowed.")]
    Scheme(String),
    #[error("this is no address to download from")]
    BadAddress,
    #[error("{0} sends from one address to the next without end")]
    Redirects(String),
    #[error("{0} leads from https to http")]
    Downgrade(String),
    #[error("{host} could not be reached")]
    Unreachable {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{host} answered {status} {reason}{hint}", hint = hint(*status))]
    Status { host: String, status: u16, reason: String, retry_after: Option<Duration> },
    #[error("{host} broke off after {got} of {expected} bytes")]
    Truncated { host: String, got: u64, expected: u64 },
    #[error("the connection to {host} broke off")]
    BrokeOff {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{0} does not have the same file any more")]
    Changed(String),
    #[error("{0} sent a web page, not a model. This can happen when an access token is required to download.")]
    WebPage(String),
    #[error("the content of '{file}' is not what was announced: expected SHA-256 {expected}, got {got}")]
    Checksum { file: String, expected: String, got: String },
    #[error("{host} sends more than the {expected} bytes that were announced")]
    TooLong { host: String, expected: u64 },
    #[error("'{0}' is no name for a file of a model")]
    Name(String),
    #[error("Free disk space {free:.2} GB is not enough for download of {needed:.2} GB.")]
    NoSpace { free: f64, needed: f64 },
    #[error("{host} did not answer as expected: {what}")]
    Unexpected { host: String, what: &'static str },
    #[error("{action} '{}' failed", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// What is to be downloaded could not be found out.
    #[error("{0}")]
    Planning(String),
    #[error("stopped")]
    Stopped(Order),
}

/// What to do about a refusal.
fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => "; an access token may be missing, or the model's terms were not accepted",
        _ => "",
    }
}

impl DownloadError {
    /// Whether the same request may succeed a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Truncated { .. } | Self::BrokeOff { .. } | Self::Changed(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// How long the host wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The class of the error, as the reference names it where it has one.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Private(_) | Self::Scheme(_) | Self::BadAddress | Self::Downgrade(_) => "UnsafeDownloadURLException",
            Self::Redirects(_) => "TooManyRedirects",
            Self::Unreachable { .. } => "ConnectionError",
            Self::Status { .. } => "HTTPError",
            Self::Truncated { .. } | Self::BrokeOff { .. } => "ChunkedEncodingError",
            Self::WebPage(_) | Self::Name(_) => "ValueError",
            Self::NoSpace { .. } | Self::TooLong { .. } | Self::Checksum { .. } | Self::Changed(_) => "RuntimeError",
            Self::Unexpected { .. } => "InvalidResponse",
            Self::Planning(_) => "UnknownMetadataException",
            Self::File { .. } => "OSError",
            Self::Stopped(_) => "DownloadJobCancelledException",
        }
    }

    /// The error and its causes, outermost first.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.ends_with(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        text
    }
}
