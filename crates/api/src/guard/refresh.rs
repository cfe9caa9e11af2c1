//! The sliding session: work keeps a person signed in. Every change that succeeds answers with a fresh token; reading
//! does not count as work, because pages read on their own.

use crate::App;
use crate::call::run_blocking;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _};
use invoke_auth::Session;

const HEADER: HeaderName = HeaderName::from_static("x-refreshed-token");
/// These hand out or end a session themselves.
const EXCEPT: [&str; 3] = ["/api/v1/auth/login", "/api/v1/auth/logout", "/api/v1/auth/media-cookie"];

/// Adds `X-Refreshed-Token` where it is due.
pub(crate) async fn refresh_token<B: MessageBody>(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let changes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    let due = changes && !EXCEPT.contains(&request.path());
    let mut response = next.call(request).await?;
    if !due || response.status().as_u16() >= 400 || response.headers().contains_key(&HEADER) {
        return Ok(response);
    }
    let Some(session) = response.request().extensions_mut().remove::<Session>() else { return Ok(response) };
    match run_blocking(move || app.accounts.refresh(&session)).await {
        Ok(token) => {
            if let Ok(value) = HeaderValue::from_str(&token) {
                response.headers_mut().insert(HEADER, value);
            }
        }
        // The work is done; the old token still stands.
        Err(error) => tracing::warn!(%error, "no fresh token was issued"),
    }
    Ok(response)
}
