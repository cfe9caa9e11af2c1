//! One account.

use super::{UserDto, UserPath};
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// One account, `system` among them.
#[utoipa::path(operation_id = "get_user_api_v1_auth_users__user_id__get", tag = "authentication", params(UserPath),
    responses((status = 200, body = UserDto)))]
#[get("/api/v1/auth/users/{user_id}")]
pub(crate) async fn get_user(call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let UserPath { user_id } = call.path()?;
    let user = call.run(move |app, actor| app.accounts.get(actor, &user_id)).await?;
    Ok(json(&UserDto::from(&user)))
}
