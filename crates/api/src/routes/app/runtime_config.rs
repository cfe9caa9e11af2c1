//! How the server is set up.

use super::ConfigurationDto;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// Every setting with its value, secrets masked.
#[utoipa::path(operation_id = "get_runtime_config", tag = "app", responses((status = 200, body = ConfigurationDto)))]
#[get("/api/v1/app/runtime_config")]
pub(crate) async fn runtime_config(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Ok(json(&ConfigurationDto::of(call.app())))
}
