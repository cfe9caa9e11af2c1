//! Sign in.

use super::{UserDto, cookie, with_email};
use crate::call::Anyone;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LoginRequest {
    /// User email address
    email: String,
    /// User password
    password: String,
    /// Whether to extend session duration
    #[serde(default)]
    remember_me: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginResponse {
    /// JWT access token
    token: String,
    /// User information
    user: UserDto,
    /// Token expiration time in seconds
    expires_in: i64,
}

/// Answers a token for an e-mail address and its password.
#[utoipa::path(operation_id = "login_api_v1_auth_login_post", tag = "authentication",
    request_body = LoginRequest, responses((status = 200, body = LoginResponse)))]
#[post("/api/v1/auth/login")]
pub(crate) async fn login(mut call: Anyone) -> Result<HttpResponse, ApiError> {
    if !call.app().web.multiuser {
        let detail = "Multiuser mode is disabled. Authentication is not required in single-user mode.";
        return Err(ApiError::forbidden(detail));
    }
    let asked: LoginRequest = call.body().await?;
    let LoginRequest { email, password, remember_me } = asked;
    let signed_in = call
        .run_hashing(move |app| {
            app.accounts
                .login(&email, &password, remember_me, &invoke_auth::Origin::default())
                .map_err(|error| with_email(error, &email))
        })
        .await?;
    let expires_in = signed_in.lifetime.as_secs();
    let cookie = cookie::set(&call.app().web, &signed_in.token, expires_in);
    let user = UserDto::from(&signed_in.user);
    Ok(HttpResponse::Ok().cookie(cookie).json(LoginResponse { token: signed_in.token, user, expires_in }))
}
