//! Who am I?

use super::UserDto;
use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The account of the token.
#[utoipa::path(operation_id = "get_current_user_info_api_v1_auth_me_get", tag = "authentication",
    responses((status = 200, body = UserDto)))]
#[get("/api/v1/auth/me")]
pub(crate) async fn me(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    // A call by somebody signed in always has a session.
    let session = call.session().ok_or_else(|| ApiError::challenge("Missing authentication credentials"))?;
    Ok(json(&UserDto::from(&session.user)))
}
