//! Where am I signed in?

use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use crate::wire::{iso_utc, json};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// One sign-in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserSession)]
pub(crate) struct UserSessionDto {
    /// Session ID
    session_id: String,
    /// When the password was given
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last noted that the session is in use
    #[schema(format = DateTime)]
    last_activity_at: String,
    /// When it ends unless it is used
    #[schema(format = DateTime)]
    expires_at: String,
    /// Address the login came from
    address: Option<String>,
    /// What the browser calls itself
    user_agent: Option<String>,
    /// Whether this request belongs to it
    is_current: bool,
}

/// The own sign-ins that have not ended, the last used first.
#[utoipa::path(operation_id = "list_own_sessions_api_v1_auth_sessions_get", tag = "authentication",
    responses((status = 200, body = Vec<UserSessionDto>)))]
#[get("/api/v1/auth/sessions")]
pub(crate) async fn list_sessions(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    let session = call.session().cloned().ok_or_else(|| ApiError::challenge("Missing authentication credentials"))?;
    let current = session.sid.clone();
    let sign_ins = call.run(move |app, _| app.accounts.sign_ins(&session)).await?;
    let list: Vec<UserSessionDto> = sign_ins
        .into_iter()
        .map(|sign_in| UserSessionDto {
            is_current: current.as_ref() == Some(&sign_in.id),
            session_id: sign_in.id.0,
            created_at: iso_utc(sign_in.created_at),
            last_activity_at: iso_utc(sign_in.last_activity_at),
            expires_at: iso_utc(sign_in.expires_at),
            address: sign_in.origin.address,
            user_agent: sign_in.origin.user_agent,
        })
        .collect();
    Ok(json(&list))
}
