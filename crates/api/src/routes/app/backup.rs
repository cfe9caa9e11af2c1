//! How backups stand.

use crate::App;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// How backups stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupStatus {
    /// Whether one is being made
    running: bool,
    /// The last one since the server started
    last: Option<LastBackup>,
}

/// A backup that was made, or was not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastBackup {
    /// When it ended
    at: String,
    /// The name of its file
    name: Option<String>,
    /// Why there is none
    error: Option<String>,
}

impl BackupStatus {
    pub(super) fn of(app: &App) -> Self {
        let state = app.backups.state();
        let last = state.last.map(|last| {
            let (name, error) = last.outcome.map_or_else(|error| (None, Some(error)), |name| (Some(name), None));
            LastBackup { at: last.at.to_string(), name, error }
        });
        Self { running: state.is_running, last }
    }
}

/// Whether a backup is being made, and how the last one went.
#[utoipa::path(operation_id = "get_backup", tag = "app", responses((status = 200, body = BackupStatus)))]
#[get("/api/v1/app/backup")]
pub(crate) async fn backup(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Ok(json(&BackupStatus::of(call.app())))
}
