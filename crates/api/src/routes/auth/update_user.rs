//! Change an account.

use super::{UserDto, UserPath, cookie};
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use actix_web::{HttpResponse, patch};
use invoke_auth::UserChanges;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdminUserUpdateRequest {
    /// Display name
    display_name: Option<String>,
    /// New password
    password: Option<String>,
    /// Whether user should have admin privileges
    is_admin: Option<bool>,
    /// Whether user account should be active
    is_active: Option<bool>,
}

/// Changes an account. What it may no longer do ends at once: sockets, rooms, runs, and with a new password all its tokens.
#[utoipa::path(operation_id = "update_user_api_v1_auth_users__user_id__patch", tag = "authentication", params(UserPath),
    request_body = AdminUserUpdateRequest, responses((status = 200, body = UserDto)))]
#[patch("/api/v1/auth/users/{user_id}")]
pub(crate) async fn update_user(mut call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let UserPath { user_id } = call.path()?;
    let asked: AdminUserUpdateRequest = call.body().await?;
    let new_password = asked.password.is_some();
    let is_own = call.session().is_some_and(|session| session.user.id == user_id);
    let id = user_id.clone();
    let user = call
        .run_hashing(move |app, actor| {
            let changes = UserChanges {
                display_name: asked.display_name.as_deref(),
                password: asked.password.as_deref(),
                is_admin: asked.is_admin,
                is_active: asked.is_active,
            };
            let user = app.accounts.update(actor, &id, &changes)?;
            app.queue.stop_runs_of(&id)?;
            Ok::<_, ApiError>(user)
        })
        .await?;
    call.recheck(move |listener| listener.user_id == user_id).await?;
    let mut answer = HttpResponse::Ok();
    if is_own && new_password {
        cookie::renew(&call, &mut answer).await?;
    }
    Ok(answer.json(UserDto::from(&user)))
}
