//! How an installation looks in JSON.

use crate::wire::{AnyModelConfig, ModelRecordChanges};
use invoke_model_manager::{InstallJob, InstallStatus as Status};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How an installation stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InstallStatus {
    /// Others come first.
    Waiting,
    /// Under way.
    Running,
    /// The model is there.
    Completed,
    /// It failed.
    Error,
    /// It was called off.
    Cancelled,
}

/// An installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelInstallJob {
    /// Unique ID for this job
    id: i64,
    /// Current status of install process
    #[schema(required = false)]
    status: InstallStatus,
    /// Information about why the job failed
    #[schema(required = false)]
    error_reason: Option<String>,
    /// Configuration information (e.g. 'description') to apply to model.
    #[schema(required = false, value_type = ModelRecordChanges)]
    config_in: Map<String, Value>,
    /// After successful installation, this will hold the configuration object.
    #[schema(required = false, value_type = Option<AnyModelConfig>)]
    config_out: Option<Value>,
    /// Leave model in its current location; otherwise install under models directory
    #[schema(required = false)]
    inplace: bool,
    /// Source (URL, repo_id, or local path) of model
    #[schema(value_type = LocalModelSource)]
    source: Value,
    /// Path to locally-downloaded model; may be the same as the source
    local_path: String,
    /// Number of bytes installed so far
    #[schema(required = false)]
    bytes: u64,
    /// Total size of the model to be installed
    #[schema(required = false)]
    total_bytes: u64,
    /// Metadata provided by the model source
    #[schema(required = false, value_type = Option<Object>)]
    source_metadata: Option<Value>,
    /// Download jobs contributing to this install
    #[schema(required = false, value_type = Vec<Object>)]
    download_parts: Vec<Value>,
    /// On an error condition, this field will contain the text of the exception
    #[schema(required = false)]
    error: Option<String>,
    /// On an error condition, this field will contain the exception traceback
    #[schema(required = false)]
    error_traceback: Option<String>,
}

/// A file or folder of this machine.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands for the object that the model manager makes")]
pub(crate) struct LocalModelSource {
    /// The file or folder.
    path: String,
    /// Leave it where it is.
    #[schema(required = false)]
    inplace: Option<bool>,
    /// Always `local`.
    #[schema(required = false)]
    r#type: String,
}

/// The fields of `config_in`, in the reference's order.
const CONFIG_IN: [&str; 22] = [
    "source",
    "source_type",
    "source_api_response",
    "source_url",
    "name",
    "path",
    "description",
    "base",
    "type",
    "key",
    "hash",
    "file_size",
    "format",
    "trigger_phrases",
    "default_settings",
    "provider_id",
    "provider_model_id",
    "capabilities",
    "cpu_only",
    "variant",
    "prediction_type",
    "upcast_attention",
];

impl From<InstallJob> for ModelInstallJob {
    fn from(job: InstallJob) -> Self {
        let source = job.source();
        let path = job.path.display().to_string();
        let fields = CONFIG_IN.into_iter().chain(["config_path"]);
        let given = |field: &str| job.changes.get(field).cloned().unwrap_or_default();
        let mut config_in: Map<String, Value> = fields.map(|field| (field.to_owned(), given(field))).collect();
        // The reference fills these in when it begins.
        if job.status != Status::Waiting {
            config_in.insert("source".to_owned(), path.clone().into());
            config_in.insert("source_type".to_owned(), "path".into());
        }
        let (error_reason, error) = match job.failure {
            Some(failure) => (Some(failure.kind), Some(failure.message)),
            None => (None, None),
        };
        Self {
            id: job.id,
            status: match job.status {
                Status::Waiting => InstallStatus::Waiting,
                Status::Running => InstallStatus::Running,
                Status::Completed => InstallStatus::Completed,
                Status::Error => InstallStatus::Error,
                Status::Cancelled => InstallStatus::Cancelled,
            },
            error_traceback: error.clone(),
            error_reason,
            config_in,
            config_out: job.config,
            inplace: job.inplace,
            source,
            local_path: path,
            bytes: job.bytes,
            total_bytes: job.total_bytes,
            source_metadata: None,
            download_parts: Vec::new(),
            error,
        }
    }
}
