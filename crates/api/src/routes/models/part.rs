//! How the download of a file looks in JSON.

use invoke_model_manager::{Part, PartStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// How the download of a file stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DownloadJobStatus {
    /// Others come first.
    Waiting,
    /// Under way.
    Running,
    /// It can go on where it stopped.
    Paused,
    /// The file is there.
    Completed,
    /// It was called off.
    Cancelled,
    /// It failed.
    Error,
}

/// The download of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DownloadJob {
    /// Numeric ID of this job
    #[schema(required = false)]
    id: i64,
    /// Initial destination of downloaded model on local disk; a directory or file path
    dest: String,
    /// Final location of downloaded file or directory
    #[schema(required = false)]
    download_path: Option<String>,
    /// Status of the download
    #[schema(required = false)]
    status: DownloadJobStatus,
    /// Bytes downloaded so far
    #[schema(required = false)]
    bytes: u64,
    /// Total file size (bytes)
    #[schema(required = false)]
    total_bytes: u64,
    /// Name of exception that caused an error
    #[schema(required = false)]
    error_type: Option<String>,
    /// What went wrong
    #[schema(required = false)]
    error: Option<String>,
    /// Where to download from
    source: String,
    /// Never told: null
    #[schema(required = false)]
    access_token: Option<String>,
    /// Queue priority; lower values are higher priority
    #[schema(required = false)]
    priority: i32,
    /// Timestamp for when the download job started
    #[schema(required = false)]
    job_started: Option<String>,
    /// Timestamp for when the download job ended (completed or errored)
    #[schema(required = false)]
    job_ended: Option<String>,
    /// Content type of downloaded file
    #[schema(required = false)]
    content_type: Option<String>,
    /// Canonical URL to request on resume
    #[schema(required = false)]
    canonical_url: Option<String>,
    /// ETag from the remote server, if available
    #[schema(required = false)]
    etag: Option<String>,
    /// Last-Modified from the remote server, if available
    #[schema(required = false)]
    last_modified: Option<String>,
    /// Final resolved URL after redirects, if available
    #[schema(required = false)]
    final_url: Option<String>,
    /// Expected total size of the download
    #[schema(required = false)]
    expected_total_bytes: Option<u64>,
    /// True if server refused resume; restart required
    #[schema(required = false)]
    resume_required: bool,
    /// Message explaining why resume is required
    #[schema(required = false)]
    resume_message: Option<String>,
    /// True if a part was there and the download restarted from the beginning
    #[schema(required = false)]
    resume_from_scratch: bool,
}

/// The reference's priority of every download.
const PRIORITY: i32 = 10;

impl From<Part> for DownloadJob {
    fn from(part: Part) -> Self {
        let (error_type, error) = part.failure.unzip();
        Self {
            id: part.id,
            dest: part.dest.display().to_string(),
            download_path: part.path.map(|path| path.display().to_string()),
            status: match part.status {
                PartStatus::Waiting => DownloadJobStatus::Waiting,
                PartStatus::Running => DownloadJobStatus::Running,
                PartStatus::Paused => DownloadJobStatus::Paused,
                PartStatus::Completed => DownloadJobStatus::Completed,
                PartStatus::Cancelled => DownloadJobStatus::Cancelled,
                PartStatus::Error => DownloadJobStatus::Error,
            },
            bytes: part.bytes,
            total_bytes: part.total_bytes,
            error_type,
            error,
            canonical_url: Some(part.url.clone()),
            source: part.url,
            access_token: None,
            priority: PRIORITY,
            job_started: part.started,
            job_ended: part.ended,
            content_type: part.content_type,
            etag: part.etag,
            last_modified: part.last_modified,
            final_url: part.final_url,
            expected_total_bytes: (part.total_bytes > 0).then_some(part.total_bytes),
            resume_required: part.resume_required,
            resume_message: part.resume_message,
            resume_from_scratch: part.resume_from_scratch,
        }
    }
}
