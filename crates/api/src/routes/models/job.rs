//! How an installation looks in JSON.

use super::part::DownloadJob;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::{AnyModelConfig, ModelRecordChanges};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use invoke_model_manager::{InstallJob, InstallStatus as Status, ModelError, Models};
use invoke_permissions::Actor;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How an installation stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InstallStatus {
    /// Others come first.
    Waiting,
    /// Files are coming.
    Downloading,
    /// All files are there.
    DownloadsDone,
    /// The model is recognised, measured and registered.
    Running,
    /// It stands still.
    Paused,
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
    #[schema(value_type = ModelSource)]
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
    #[schema(required = false)]
    download_parts: Vec<DownloadJob>,
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

/// A repository of Hugging Face.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands for the object that the model manager makes")]
pub(crate) struct HFModelSource {
    /// `organisation/name`.
    repo_id: String,
    /// Which form of the weights.
    #[schema(required = false)]
    variant: Option<String>,
    /// Parts of it, joined by `+`.
    #[schema(required = false)]
    subfolder: Option<String>,
    /// Never told: null.
    #[schema(required = false)]
    access_token: Option<String>,
    /// Always `hf`.
    #[schema(required = false)]
    r#type: String,
}

/// An address.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands for the object that the model manager makes")]
pub(crate) struct URLModelSource {
    /// It.
    url: String,
    /// Never told: null.
    #[schema(required = false)]
    access_token: Option<String>,
    /// Always `url`.
    #[schema(required = false)]
    r#type: String,
}

/// Where a model comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "stands for the object that the model manager makes")]
pub(crate) enum ModelSource {
    /// This machine.
    #[schema(value_type = LocalModelSource)]
    Local(Value),
    /// Hugging Face.
    #[schema(value_type = HFModelSource)]
    Hub(Value),
    /// An address.
    #[schema(value_type = URLModelSource)]
    Url(Value),
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
        let fields = CONFIG_IN.into_iter().chain(["config_path"]);
        let given = |field: &str| job.changes.get(field).cloned().unwrap_or_default();
        let config_in: Map<String, Value> = fields.map(|field| (field.to_owned(), given(field))).collect();
        let (inplace, source) = (job.inplace(), job.source.to_json());
        let (error_reason, error) = match job.failure {
            Some(failure) => (Some(failure.kind), Some(failure.message)),
            None => (None, None),
        };
        Self {
            id: job.id,
            status: match job.status {
                Status::Waiting => InstallStatus::Waiting,
                Status::Downloading => InstallStatus::Downloading,
                Status::DownloadsDone => InstallStatus::DownloadsDone,
                Status::Running => InstallStatus::Running,
                Status::Paused => InstallStatus::Paused,
                Status::Completed => InstallStatus::Completed,
                Status::Error => InstallStatus::Error,
                Status::Cancelled => InstallStatus::Cancelled,
            },
            error_traceback: error.clone(),
            error_reason,
            config_in,
            config_out: job.config,
            inplace,
            source,
            local_path: job.path.display().to_string(),
            bytes: job.bytes,
            total_bytes: job.total_bytes,
            source_metadata: job.metadata,
            download_parts: job.parts.into_iter().map(DownloadJob::from).collect(),
            error,
        }
    }
}

/// Tells an installation something; the answer is how it stands then.
pub(super) async fn told(
    call: Call<Admin>,
    tell: impl FnOnce(&Models, &Actor) -> Result<InstallJob, ModelError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let job = call.run(move |app, actor| match tell(&app.models, actor) {
        Err(ModelError::NoSuchJob(id)) => Ok(Err(id)),
        other => other.map(Ok),
    });
    match job.await? {
        Ok(job) => Ok(HttpResponse::Created().json(ModelInstallJob::from(job))),
        // The status the reference has for it.
        Err(id) => Err(ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("No job with id {id} known"))),
    }
}
