//! Add an account.

use super::{UserDto, with_email};
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_auth::NewAccount;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdminUserCreateRequest {
    /// User email address
    email: String,
    /// Display name
    display_name: Option<String>,
    /// User password
    password: String,
    /// Whether user should have admin privileges
    #[serde(default)]
    is_admin: bool,
}

/// Adds an account.
#[utoipa::path(operation_id = "create_user_api_v1_auth_users_post", tag = "authentication",
    request_body = AdminUserCreateRequest, responses((status = 201, body = UserDto)))]
#[post("/api/v1/auth/users")]
pub(crate) async fn create_user(mut call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let asked: AdminUserCreateRequest = call.body().await?;
    let user = call
        .run_hashing(move |app, actor| {
            let AdminUserCreateRequest { email, display_name, password, is_admin } = &asked;
            let (display_name, is_admin) = (display_name.as_deref(), *is_admin);
            let account = NewAccount { email, display_name, password, is_admin };
            app.accounts.create(actor, &account).map_err(|error| with_email(error, email))
        })
        .await?;
    Ok(HttpResponse::Created().json(UserDto::from(&user)))
}
