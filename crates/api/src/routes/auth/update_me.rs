//! Change the own account.

use super::{UserDto, cookie};
use crate::attempts::attempt;
use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use crate::{App, refusals};
use actix_web::{HttpResponse, patch};
use invoke_auth::OwnChanges;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UserProfileUpdateRequest {
    /// New display name
    display_name: Option<String>,
    /// Current password (required when changing password)
    current_password: Option<String>,
    /// New password
    new_password: Option<String>,
}

/// Changes the own name or password. A new password voids all tokens; the caller gets a new one.
#[utoipa::path(operation_id = "update_current_user_api_v1_auth_me_patch", tag = "authentication",
    request_body = UserProfileUpdateRequest, responses((status = 200, body = UserDto)))]
#[patch("/api/v1/auth/me")]
pub(crate) async fn update_me(mut call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    let asked: UserProfileUpdateRequest = call.body().await?;
    let session = call.session().cloned().ok_or_else(|| ApiError::challenge("Missing authentication credentials"))?;
    let (new_password, id) = (asked.new_password.is_some(), session.user.id.clone());
    let account = session.user.email.clone();
    let update = move |app: &App| {
        let changes = OwnChanges {
            display_name: asked.display_name.as_deref(),
            current_password: asked.current_password.as_deref(),
            new_password: asked.new_password.as_deref(),
        };
        app.accounts.update_own(&session, &changes)
    };
    // A change without a password tries none.
    let user = if new_password {
        attempt(call.app(), call.http(), &account, update).await?
    } else {
        call.run(move |app, _| Ok::<_, ApiError>(update(app))).await?
    };
    // The session was accepted a moment ago: the words are those for a token that is void by now.
    let user = user.map_err(|error| refusals::token(error, true))?;
    let mut answer = HttpResponse::Ok();
    if new_password {
        call.recheck(move |listener| listener.user_id == id).await?;
        cookie::renew(&call, &mut answer).await?;
    }
    Ok(answer.json(UserDto::from(&user)))
}
