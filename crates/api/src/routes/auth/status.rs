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
    /// Fewest characters of a password, where the strict rules ask for fewer
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    password_min_length: Option<usize>,
    /// Whether a password needs a character that is neither letter nor digit; left out when it does not
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    password_require_special: bool,
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
        password_min_length: status.passwords.min_length,
        password_require_special: status.passwords.require_special,
        admin_email: None,
    }))
}
