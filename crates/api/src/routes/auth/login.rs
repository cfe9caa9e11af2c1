//! Sign in.

use super::{UserDto, cookie, with_email};
use crate::attempts::attempt;
use crate::call::Anyone;
use crate::error::ApiError;
use crate::{App, client, refusals};
use actix_web::{HttpResponse, post};
use invoke_auth::{SignedIn, normalize_email};
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
    /// Whether the password is older than the rules allow; left out when it is not
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    password_change_due: bool,
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
    let account = normalize_email(&email).map_err(|problem| refusals::email(&problem, &email))?;
    let origin = client::origin(call.http());
    let tried = {
        let email = email.clone();
        let login = move |app: &App| app.accounts.login(&email, &password, remember_me, &origin);
        attempt(call.app(), call.http(), &account, login).await?
    };
    let signed_in = tried.map_err(|error| with_email(error, &email))?;
    let expires_in = signed_in.lifetime.as_secs();
    let cookie = cookie::set(&call.app().web, &signed_in.token, expires_in);
    let user = UserDto::from(&signed_in.user);
    let SignedIn { token, password_change_due, .. } = signed_in;
    Ok(HttpResponse::Ok().cookie(cookie).json(LoginResponse { token, user, expires_in, password_change_due }))
}
