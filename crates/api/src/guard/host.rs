//! Host names. A page whose name was re-pointed at this machine (DNS rebinding) sends its own name in `Host`; on a
//! loopback address only names that mean this machine are answered.

use crate::WebSettings;
use actix_web::HttpRequest;
use actix_web::http::header;
use std::net::IpAddr;

/// The authority the request was sent to, lower case, with its port where one was given.
pub(super) fn of(request: &HttpRequest) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    named.or_else(|| request.uri().authority().map(|authority| authority.as_str())).map(str::to_ascii_lowercase)
}

/// Whether this server answers for `authority`.
pub(super) fn is_served(settings: &WebSettings, authority: Option<&str>) -> bool {
    if !settings.loopback {
        return true;
    }
    // HTTP/1.0 without `Host` is no browser.
    let Some(authority) = authority else { return true };
    let name = without_port(authority);
    is_loopback_name(name) || settings.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

fn is_loopback_name(name: &str) -> bool {
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// `host:port` and `[v6]:port` without the port.
pub(super) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|b| b.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => authority,
    }
}
