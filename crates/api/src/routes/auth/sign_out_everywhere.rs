//! Sign out everywhere.

use super::{LogoutResponse, cookie};
use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EverywhereQuery {
    /// Whether this session goes on, with a new token
    #[serde(default)]
    #[param(default = false)]
    keep_current: bool,
}

/// Ends all own sign-ins and voids every token of the account. With `keep_current` the caller gets a new one.
#[utoipa::path(operation_id = "end_own_sessions_api_v1_auth_sessions_delete", tag = "authentication",
    params(EverywhereQuery), responses((status = 200, body = LogoutResponse)))]
#[delete("/api/v1/auth/sessions")]
pub(crate) async fn sign_out_everywhere(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    let EverywhereQuery { keep_current } = call.query()?;
    let session = call.session().cloned().ok_or_else(|| ApiError::challenge("Missing authentication credentials"))?;
    let id = session.user.id.clone();
    call.run(move |app, _| app.accounts.sign_out_everywhere(&session, keep_current)).await?;
    call.recheck(move |listener| listener.user_id == id).await?;
    let mut answer = HttpResponse::Ok();
    if keep_current {
        cookie::renew(&call, &mut answer).await?;
    } else {
        answer.cookie(cookie::clear(&call.app().web));
    }
    Ok(answer.json(LogoutResponse { success: true }))
}
