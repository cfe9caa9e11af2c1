//! Moving image files to the folders the present strategy would put them in.

pub(crate) mod recover;
pub(crate) mod start;
pub(crate) mod status;

use crate::call::{Admin, Call, run_blocking};
use crate::error::ApiError;
use actix_web::HttpResponse;
use invoke_library::{MoveJob, MoveOperation, MoveStatus};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What is being done.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    /// All files are moved to where they belong.
    MoveAll,
    /// What an earlier run began is finished.
    Recovery,
}

/// A job of a few images.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageMoveJobResponse {
    /// The image move job id.
    id: i64,
    /// The image move job state.
    #[schema(value_type = JobState, inline)]
    state: String,
    /// The last error recorded for the job, if any.
    error_message: Option<String>,
}

/// How far a job is.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands for the words of a column")]
#[schema(rename_all = "lowercase")]
pub(crate) enum JobState {
    Planned,
    Moving,
    Moved,
    Committed,
    Error,
}

impl From<MoveJob> for ImageMoveJobResponse {
    fn from(job: MoveJob) -> Self {
        Self { id: job.id, state: job.state, error_message: job.error_message }
    }
}

/// How far moving is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageMoveStatusResponse {
    /// Whether an image move background operation is currently running.
    is_running: bool,
    /// The active background operation, if any.
    #[schema(inline)]
    operation: Option<Operation>,
    /// The active journal job id, if any.
    active_job_id: Option<i64>,
    /// The latest journal job, if any.
    latest_job: Option<ImageMoveJobResponse>,
    /// The last background worker error, if any.
    last_error: Option<String>,
    /// The number of images that do not match the current subfolder strategy.
    needs_move_count: usize,
}

impl From<MoveStatus> for ImageMoveStatusResponse {
    fn from(status: MoveStatus) -> Self {
        Self {
            is_running: status.operation.is_some(),
            operation: status.operation.map(|operation| match operation {
                MoveOperation::MoveAll => Operation::MoveAll,
                MoveOperation::Recovery => Operation::Recovery,
            }),
            active_job_id: status.active_job,
            latest_job: status.latest_job.map(Into::into),
            last_error: status.last_error,
            needs_move_count: status.misplaced,
        }
    }
}

/// Begins an operation, and answers how far it is while it goes on.
async fn begin(call: Call<Admin>, operation: MoveOperation) -> Result<HttpResponse, ApiError> {
    let (work, status) = call
        .run(move |app, actor| {
            let work = app.images.begin_moving(actor, operation)?;
            Ok::<_, ApiError>((work, app.images.move_status(actor)?))
        })
        .await?;
    let app = Arc::clone(call.app());
    actix_web::rt::spawn(async move {
        // It tells about its failures by itself.
        let _ = run_blocking(move || {
            work();
            drop(app);
            Ok::<_, ApiError>(())
        })
        .await;
    });
    Ok(HttpResponse::Accepted().json(ImageMoveStatusResponse::from(status)))
}
