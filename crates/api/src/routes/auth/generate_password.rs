//! Suggest a password.

use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// Response containing a generated password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GeneratePasswordResponse {
    /// Generated strong password
    password: String,
}

/// A random password that follows the rules.
#[utoipa::path(operation_id = "generate_password_api_v1_auth_generate_password_get", tag = "authentication",
    responses((status = 200, body = GeneratePasswordResponse)))]
#[get("/api/v1/auth/generate-password")]
pub(crate) async fn generate_password(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    let password = invoke_auth::generate_password(&*call.app().random, call.app().accounts.passwords());
    Ok(json(&GeneratePasswordResponse { password }))
}
