//! Make the first administrator.

use super::{UserDto, cookie, with_email};
use crate::attempts::attempt;
use crate::call::Anyone;
use crate::error::ApiError;
use crate::{App, client};
use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SetupRequest {
    /// Admin email address
    email: String,
    /// Admin display name
    display_name: Option<String>,
    /// Admin password
    password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupResponse {
    /// Whether setup was successful
    success: bool,
    /// Created admin user information
    user: UserDto,
    /// JWT access token: the new administrator is signed in
    #[schema(required = false)]
    token: String,
    /// Token expiration time in seconds
    #[schema(required = false)]
    expires_in: i64,
}

/// What attempts at the set-up are counted under; no address of an account.
const SETUP: &str = "setup";

/// Makes the first administrator, once, and signs them in.
#[utoipa::path(operation_id = "setup_admin_api_v1_auth_setup_post", tag = "authentication",
    request_body = SetupRequest, responses((status = 200, body = SetupResponse)))]
#[post("/api/v1/auth/setup")]
pub(crate) async fn setup(mut call: Anyone) -> Result<HttpResponse, ApiError> {
    if !call.app().web.multiuser {
        let detail = "Multiuser mode is disabled. Admin setup is not required in single-user mode.";
        return Err(ApiError::forbidden(detail));
    }
    let asked: SetupRequest = call.body().await?;
    let SetupRequest { email, display_name, password } = asked;
    let origin = client::origin(call.http());
    let tried = {
        let email = email.clone();
        let setup = move |app: &App| app.accounts.setup(&email, display_name.as_deref(), &password, &origin);
        attempt(call.app(), call.http(), SETUP, setup).await?
    };
    let signed_in = tried.map_err(|error| with_email(error, &email))?;
    let expires_in = signed_in.lifetime.as_secs();
    let cookie = cookie::set(&call.app().web, &signed_in.token, expires_in);
    let user = UserDto::from(&signed_in.user);
    let answer = SetupResponse { success: true, user, token: signed_in.token, expires_in };
    Ok(HttpResponse::Ok().cookie(cookie).json(answer))
}
