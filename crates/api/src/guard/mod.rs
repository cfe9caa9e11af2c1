//! What every request passes before its handler, and every answer after it: which host names and origins are served,
//! and the headers that keep browsers from being turned against their user. Nothing here knows a route.

mod compress;
mod cors;
mod host;
mod origin;
mod outside;
mod refresh;
#[cfg(test)]
mod tests;

pub(crate) use compress::compress;
pub(crate) use outside::{Outside, outside};
pub(crate) use refresh::refresh_token;

use crate::App;
use crate::error::ApiError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError as _};

/// Refuses requests that a foreign page or a foreign name may have caused, and answers preflights.
pub(crate) async fn guard(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let settings = &app.web;
    let own_host = host::of(request.request());
    if !host::is_served(settings, own_host.as_deref()) {
        tracing::warn!(host = own_host, "refused a request for a host name that is not in `allowed_hosts`");
        return Ok(refuse(request, ApiError::refused(StatusCode::BAD_REQUEST, "Invalid host header")));
    }
    let origin = text(request.headers(), &header::ORIGIN);
    if let (Some(origin), &Method::OPTIONS) = (&origin, request.method())
        && let Some(wanted) = text(request.headers(), &header::ACCESS_CONTROL_REQUEST_METHOD)
    {
        let headers = text(request.headers(), &header::ACCESS_CONTROL_REQUEST_HEADERS);
        return Ok(request.into_response(cors::preflight(&settings.cors, origin, &wanted, headers.as_deref())));
    }
    let outside = Outside::seen_by(settings, request.request());
    let own_hosts = [own_host.as_deref(), outside.host.as_deref()];
    if !origin::may_act(settings, request.request(), own_hosts, origin.as_deref()) {
        tracing::warn!(origin, path = request.path(), "refused a request of another origin");
        return Ok(refuse(request, ApiError::refused(StatusCode::FORBIDDEN, "Cross-origin request refused")));
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(origin) = origin.filter(|origin| settings.cors.allows(origin)) {
        cors::allow(&settings.cors, &origin, response.headers_mut());
    }
    set_default(response.headers_mut(), header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_default(response.headers_mut(), header::REFERRER_POLICY, "same-origin");
    Ok(response)
}

fn refuse(request: ServiceRequest, error: ApiError) -> ServiceResponse<BoxBody> {
    request.into_response(error.error_response())
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn set_default(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
