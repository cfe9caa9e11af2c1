//! Back up now.

use super::backup::BackupStatus;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post};

/// Begins a backup of what the configuration says, where it says; `GET` of the same address tells how it goes.
#[utoipa::path(operation_id = "start_backup", tag = "app", responses(
    (status = 202, description = "It is being made", body = BackupStatus),
    (status = 409, description = "One is being made already, or there is nothing to back up")))]
#[post("/api/v1/app/backup")]
pub(crate) async fn start_backup(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let turn = call.app().backups.begin();
    let turn = turn.map_err(|refused| ApiError::refused(StatusCode::CONFLICT, refused.to_string()))?;
    // Nobody waits for it: it may copy for minutes.
    drop(actix_web::rt::task::spawn_blocking(move || turn.make()));
    Ok(HttpResponse::Accepted().json(BackupStatus::of(call.app())))
}
