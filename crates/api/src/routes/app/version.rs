//! Which API this is.

use crate::call::Anyone;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppVersion {
    /// App version
    version: &'static str,
}

/// Which release of InvokeAI this API is that of.
#[utoipa::path(operation_id = "app_version", tag = "app", responses((status = 200, body = AppVersion)))]
#[get("/api/v1/app/version")]
pub(crate) async fn version(_call: Anyone) -> HttpResponse {
    json(&AppVersion { version: crate::API_VERSION })
}
