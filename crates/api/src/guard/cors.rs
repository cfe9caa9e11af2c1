//! The CORS headers, as the reference answers them.

use crate::CorsSettings;
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

const ALL_METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
/// Sent by any form; a page need not ask for them.
const ALWAYS_ALLOWED_HEADERS: [&str; 4] = ["accept", "accept-language", "content-language", "content-type"];

/// Adds to the answer of an allowed origin what lets its page read it.
pub(super) fn allow(settings: &CorsSettings, origin: &str, headers: &mut HeaderMap) {
    // A header value that came in goes out again, so it is a valid one.
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Refreshed-Token"));
    if settings.credentials {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// Answers whether a page of `origin` may send a request with `method` and `headers`.
pub(super) fn preflight(
    settings: &CorsSettings,
    origin: &str,
    method: &str,
    headers: Option<&str>,
) -> HttpResponse<BoxBody> {
    let any = |list: &[String]| list.iter().any(|entry| entry == "*");
    let methods = if any(&settings.methods) { ALL_METHODS.join(", ") } else { settings.methods.join(", ") };
    let allowed_headers = match (any(&settings.headers), headers) {
        (true, Some(asked)) => asked.to_owned(),
        (true, None) => String::new(),
        (false, _) => {
            let own = settings.headers.iter().map(String::as_str);
            ALWAYS_ALLOWED_HEADERS.into_iter().chain(own).collect::<Vec<_>>().join(", ")
        }
    };
    let header_is_allowed = |name: &str| {
        let mut known = ALWAYS_ALLOWED_HEADERS.into_iter().chain(settings.headers.iter().map(String::as_str));
        any(&settings.headers) || known.any(|allowed| allowed.eq_ignore_ascii_case(name))
    };
    let mut refused = Vec::new();
    if !settings.allows(origin) {
        refused.push("origin");
    }
    if !methods.split(", ").any(|allowed| allowed == method) {
        refused.push("method");
    }
    if !headers.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).all(header_is_allowed) {
        refused.push("headers");
    }
    let mut answer = if refused.is_empty() { HttpResponse::Ok() } else { HttpResponse::BadRequest() };
    answer
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::VARY, "Origin"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, methods))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"));
    if settings.credentials {
        answer.insert_header((header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"));
    }
    if !allowed_headers.is_empty() {
        answer.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers));
    }
    if settings.allows(origin) {
        answer.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin));
    }
    if refused.is_empty() { answer.body("OK") } else { answer.body(format!("Disallowed CORS {}", refused.join(", "))) }
}
