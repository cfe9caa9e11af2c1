//! What the pages need to know before anybody signed in.

use crate::call::Anyone;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupStatusResponse {
    /// Whether initial setup is required
    setup_required: bool,
    /// Whether multiuser mode is enabled
    multiuser_enabled: bool,
    /// Whether strict password requirements are enforced
    strict_password_checking: bool,
    /// Email of the first active admin user, if any
    #[schema(required = false)]
    admin_email: Option<String>,
}

/// Whether the first administrator is still to be made.
#[utoipa::path(operation_id = "get_setup_status_api_v1_auth_status_get", tag = "authentication",
    responses((status = 200, body = SetupStatusResponse)))]
#[get("/api/v1/auth/status")]
pub(crate) async fn status(call: Anyone) -> Result<HttpResponse, ApiError> {
    let status = call.run(|app| app.accounts.status()).await?;
    Ok(json(&SetupStatusResponse {
        setup_required: status.setup_required,
        multiuser_enabled: status.multiuser_enabled,
        strict_password_checking: status.passwords.strict,
        admin_email: None,
    }))
}
