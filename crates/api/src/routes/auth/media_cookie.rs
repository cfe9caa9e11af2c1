//! Let pictures load.

use super::{MediaCookieResponse, cookie};
use crate::call::{Call, bearer};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Sets the cookie with which `<img>` may load pictures, for as long as the token lasts.
#[utoipa::path(operation_id = "refresh_media_cookie_api_v1_auth_media_cookie_post", tag = "authentication",
    responses((status = 200, body = MediaCookieResponse)))]
#[post("/api/v1/auth/media-cookie")]
pub(crate) async fn media_cookie(call: Call) -> Result<HttpResponse, ApiError> {
    let mut answer = HttpResponse::Ok();
    if let (Some(session), Some(token)) = (call.session(), bearer(call.http())) {
        let left = session.expires_at.as_second() - call.app().clock.now().as_second();
        answer.cookie(cookie::set(&call.app().web, token, left.max(0)));
    }
    Ok(answer.json(MediaCookieResponse { success: true }))
}
