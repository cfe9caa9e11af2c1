//! Make an administrator with a code from the console.

use super::{UserDto, cookie, with_email};
use crate::App;
use crate::attempts::attempt;
use crate::call::Anyone;
use crate::client;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_auth::Recovery;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RecoverRequest {
    /// Code that `invokeai-web recover-admin` has shown
    code: String,
    /// Email of an account, which becomes an administrator with the new password, or of a new one
    email: String,
    /// Display name
    display_name: Option<String>,
    /// New password
    password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoverResponse {
    /// JWT access token: the administrator is signed in
    token: String,
    /// User information
    user: UserDto,
    /// Token expiration time in seconds
    expires_in: i64,
}

/// What attempts at a recovery are counted under; no address of an account.
const RECOVERY: &str = "recovery";

/// Makes an administrator of whoever knows the recovery code, once, and signs them in.
#[utoipa::path(operation_id = "recover_admin_api_v1_auth_recover_post", tag = "authentication",
    request_body = RecoverRequest, responses((status = 200, body = RecoverResponse)))]
#[post("/api/v1/auth/recover")]
pub(crate) async fn recover(mut call: Anyone) -> Result<HttpResponse, ApiError> {
    if !call.app().web.multiuser {
        let detail = "Multiuser mode is disabled. Authentication is not required in single-user mode.";
        return Err(ApiError::forbidden(detail));
    }
    let asked: RecoverRequest = call.body().await?;
    let origin = client::origin(call.http());
    let email = asked.email.clone();
    let recover = move |app: &App| {
        let recovery = Recovery {
            code: &asked.code,
            email: &asked.email,
            display_name: asked.display_name.as_deref(),
            password: &asked.password,
        };
        app.accounts.recover(&recovery, &origin)
    };
    let tried = attempt(call.app(), call.http(), RECOVERY, recover).await?;
    let signed_in = tried.map_err(|error| with_email(error, &email))?;
    let expires_in = signed_in.lifetime.as_secs();
    let cookie = cookie::set(&call.app().web, &signed_in.token, expires_in);
    let user = UserDto::from(&signed_in.user);
    Ok(HttpResponse::Ok().cookie(cookie).json(RecoverResponse { token: signed_in.token, user, expires_in }))
}
