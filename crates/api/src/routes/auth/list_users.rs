//! The accounts.

use super::UserDto;
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// All accounts but `system`, the newest first.
#[utoipa::path(operation_id = "list_users_api_v1_auth_users_get", tag = "authentication",
    responses((status = 200, body = Vec<UserDto>)))]
#[get("/api/v1/auth/users")]
pub(crate) async fn list_users(call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let users = call.run(|app, actor| app.accounts.list(actor)).await?;
    Ok(json(&users.iter().map(UserDto::from).collect::<Vec<_>>()))
}
