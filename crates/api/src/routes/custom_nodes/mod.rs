//! Nodes of third parties. Their code would run inside the server and is therefore not run at all; the routes say so.

pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod reload;
pub(crate) mod uninstall;

use crate::error::ApiError;
use actix_web::http::StatusCode;

fn never() -> ApiError {
    let reason = "This server does not run nodes of third parties: their code could do anything the server can do";
    ApiError::refused(StatusCode::NOT_IMPLEMENTED, reason)
}
