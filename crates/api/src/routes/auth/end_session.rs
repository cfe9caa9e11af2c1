//! Sign out somewhere else.

use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_auth::SignInId;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SessionPath {
    /// Session ID
    session_id: String,
}

/// Ends one of the own sign-ins: its tokens are refused and its sockets closed from now on.
#[utoipa::path(operation_id = "end_own_session_api_v1_auth_sessions__session_id__delete", tag = "authentication",
    params(SessionPath), responses((status = 204, description = "Successful Response")))]
#[delete("/api/v1/auth/sessions/{session_id}")]
pub(crate) async fn end_session(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    let SessionPath { session_id } = call.path()?;
    let session = call.session().cloned().ok_or_else(|| ApiError::challenge("Missing authentication credentials"))?;
    let sid = SignInId(session_id);
    let ended = sid.clone();
    call.run(move |app, _| app.accounts.end_sign_in(&session, &ended)).await?;
    call.recheck(move |listener| listener.is_of(&sid)).await?;
    Ok(HttpResponse::NoContent().finish())
}
