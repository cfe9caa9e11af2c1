//! Origins. A request that changes something, or opens a socket, and names an origin must come from our own pages or
//! from an origin the administrator allowed. Requests without `Origin` come from programs, not from pages.

use super::host::without_port;
use crate::WebSettings;
use actix_web::HttpRequest;
use actix_web::http::Method;

/// Whether the request may go on. `own_hosts` are the names it was sent to: the one it carries, and the one a proxy told.
pub(super) fn may_act(
    settings: &WebSettings,
    request: &HttpRequest,
    own_hosts: [Option<&str>; 2],
    origin: Option<&str>,
) -> bool {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !changes && !request.path().starts_with("/ws/") {
        return true;
    }
    match origin {
        Some(origin) => {
            own_hosts.into_iter().flatten().any(|host| is_own(origin, host)) || settings.cors.allows(origin)
        }
        // A browser that hides the origin still says that another site asked.
        None => request.headers().get("sec-fetch-site").is_none_or(|site| site != "cross-site"),
    }
}

/// Whether `origin` names the same host and port the request was sent to.
pub(super) fn is_own(origin: &str, own_host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let normal = |text: &str| {
        let text = text.to_ascii_lowercase();
        if text.ends_with(default_port) { without_port(&text).to_owned() } else { text }
    };
    normal(authority) == normal(own_host)
}
