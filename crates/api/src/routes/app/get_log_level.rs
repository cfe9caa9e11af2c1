//! How much is logged.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The log level: 10 debug, 20 info, 30 warning, 40 error, 50 critical.
#[utoipa::path(operation_id = "get_log_level", tag = "app",
    responses((status = 200, description = "The operation was successful", body = i32,
        content_type = "application/json")))]
#[get("/api/v1/app/logging")]
pub(crate) async fn get_log_level(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Ok(json(&call.app().verbosity.get()))
}
