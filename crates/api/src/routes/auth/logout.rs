//! Sign out.

use super::{LogoutResponse, cookie};
use crate::call::{Call, SignedIn};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};

/// Ends the session of the token, closes its sockets, and takes the media cookie back.
#[utoipa::path(operation_id = "logout_api_v1_auth_logout_post", tag = "authentication",
    responses((status = 200, body = LogoutResponse)))]
#[post("/api/v1/auth/logout")]
pub(crate) async fn logout(call: Call<SignedIn>) -> Result<HttpResponse, ApiError> {
    if let Some(session) = call.session().cloned() {
        let signed_out = session.sid.clone();
        call.run(move |app, _| app.accounts.logout(&session)).await?;
        if let Some(sid) = signed_out {
            call.recheck(move |listener| listener.is_of(&sid)).await?;
        }
    }
    let cookie = cookie::clear(&call.app().web);
    Ok(HttpResponse::Ok().cookie(cookie).json(LogoutResponse { success: true }))
}
