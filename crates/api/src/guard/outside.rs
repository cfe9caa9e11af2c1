//! What a request looks like from outside: below which path, by which scheme and under which name a browser sees this
//! server. Told by the settings (`base_url`, a certificate) and, per request, by a reverse proxy that is believed
//! (`X-Forwarded-Prefix`, `-Proto`, `-Host`). Routes know nothing of it: the prefix is taken off the path before them, and
//! cookies are marked after them.

use crate::{App, WebSettings};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest};

/// Longer prefixes and names are no proxy's.
const MAX_LENGTH: usize = 255;

/// This server as its visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outside {
    /// The path everything lies below: empty, or `/x` without a slash at its end.
    pub(crate) prefix: String,
    /// The visitor came by https.
    pub(crate) https: bool,
    /// The name and port the visitor asked for, where a proxy tells another one than `Host`.
    pub(crate) host: Option<String>,
}

impl Outside {
    /// What the settings and the headers of `request` say.
    fn of(settings: &WebSettings, request: &HttpRequest) -> Self {
        let believed = request.peer_addr().is_some_and(|peer| settings.trusted_proxies.trusts(peer.ip()));
        let told = |name| if believed { last_told(request.headers(), name) } else { None };
        Self {
            prefix: told("x-forwarded-prefix").and_then(as_prefix).unwrap_or_else(|| settings.base_path.clone()),
            https: match told("x-forwarded-proto") {
                Some(scheme) => scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss"),
                None => settings.https,
            },
            host: told("x-forwarded-host").filter(|host| is_authority(host)).map(str::to_ascii_lowercase),
        }
    }

    /// How `request` looks from outside; as the settings say where no middleware looked.
    pub(crate) fn seen_by(settings: &WebSettings, request: &HttpRequest) -> Self {
        let noted = request.extensions().get::<Self>().cloned();
        noted.unwrap_or_else(|| Self { prefix: settings.base_path.clone(), https: settings.https, host: None })
    }
}

/// The entry of a header that the nearest proxy wrote: the last of a list. Earlier ones may be the visitor's own words.
fn last_told<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).last()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    (!last.is_empty() && last.len() <= MAX_LENGTH).then_some(last)
}

/// A path that may stand in a page and in a cookie.
fn as_prefix(told: &str) -> Option<String> {
    let path = told.trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let leads_away = path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if path.is_empty() {
        return told.starts_with('/').then(String::new);
    }
    (told.starts_with('/') && !told.starts_with("//") && path.chars().all(plain) && !leads_away)
        .then(|| format!("/{path}"))
}

/// Whether this is a host name or address with an optional port, and nothing else.
fn is_authority(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))
}

/// Takes the prefix off the path, so that routes need not know it, and fits the answer's cookies to what the visitor
/// sees. Requests are answered with and without the prefix: some proxies strip it, some keep it.
pub(crate) async fn outside<B: MessageBody>(
    app: Data<App>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let outside = Outside::of(&app.web, request.request());
    for prefix in [&outside.prefix, &app.web.base_path] {
        if let Some(uri) = without_prefix(request.uri(), prefix) {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
            break;
        }
    }
    request.extensions_mut().insert(outside.clone());
    let mut response = next.call(request).await?;
    if outside.https != app.web.https || outside.prefix != app.web.base_path {
        fit_cookies(response.headers_mut(), &app.web.base_path, &outside);
    }
    Ok(response)
}

fn without_prefix(uri: &Uri, prefix: &str) -> Option<Uri> {
    if prefix.is_empty() {
        return None;
    }
    let rest = uri.path_and_query()?.as_str().strip_prefix(prefix)?;
    if !rest.is_empty() && !rest.starts_with(['/', '?']) {
        return None;
    }
    format!("{}{rest}", if rest.starts_with('/') { "" } else { "/" }).parse().ok()
}

/// Marks cookies `Secure` where the visitor came by https, and moves their path below the visitor's prefix.
fn fit_cookies(headers: &mut HeaderMap, base_path: &str, outside: &Outside) {
    let cookies: Vec<String> =
        headers.get_all(header::SET_COOKIE).filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let secure = |part: &str| part.trim().eq_ignore_ascii_case("secure");
        let parts =
            cookie.split(';').filter(|part| !secure(part)).map(|part| match part.trim().strip_prefix("Path=") {
                Some(path) => format!(" Path={}{}", outside.prefix, path.strip_prefix(base_path).unwrap_or(path)),
                None => part.to_owned(),
            });
        let mut fitted: Vec<String> = parts.collect();
        if outside.https {
            fitted.push(" Secure".to_owned());
        }
        // Made of a header value and a checked prefix.
        if let Ok(value) = HeaderValue::from_str(&fitted.join(";")) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn seen(peer: &str, told: &[(&'static str, &'static str)]) -> Outside {
        let mut request = TestRequest::default().peer_addr(format!("{peer}:1234").parse().unwrap());
        for header in told {
            request = request.append_header(*header);
        }
        let settings = WebSettings { base_path: "/own".to_owned(), ..WebSettings::default() };
        Outside::of(&settings, &request.to_http_request())
    }

    #[test]
    fn only_a_proxy_that_is_believed_is_heard() {
        let told =
            [("x-forwarded-proto", "https"), ("x-forwarded-prefix", "/p/"), ("x-forwarded-host", "A.example:8443")];
        let expected = Outside { prefix: "/p".to_owned(), https: true, host: Some("a.example:8443".to_owned()) };
        assert_eq!(seen("127.0.0.1", &told), expected);
        let silent = Outside { prefix: "/own".to_owned(), https: false, host: None };
        assert_eq!(seen("192.168.0.9", &told), silent);
        assert_eq!(seen("127.0.0.1", &[]), silent);
    }

    #[test]
    fn of_several_entries_the_nearest_proxys_counts() {
        let told = [("x-forwarded-proto", "https, http"), ("x-forwarded-host", "evil.example, good.example")];
        let outside = seen("127.0.0.1", &told);
        assert_eq!((outside.https, outside.host.as_deref()), (false, Some("good.example")));
    }

    #[test]
    fn a_prefix_that_may_not_stand_in_a_page_is_ignored() {
        for told in ["p", "/../p", "//evil.example", "/a//b", "/<script>", "/a\"b", "/a b", "/%2e"] {
            assert_eq!(as_prefix(told), None, "{told}");
        }
        assert_eq!(as_prefix("/"), Some(String::new()));
        assert_eq!(as_prefix("/a/b/"), Some("/a/b".to_owned()));
    }

    #[test]
    fn cookies_are_fitted_to_what_the_visitor_sees() {
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, HeaderValue::from_static("t=1; HttpOnly; SameSite=Lax; Path=/own/api/v1"));
        let outside = Outside { prefix: "/p".to_owned(), https: true, host: None };
        fit_cookies(&mut headers, "/own", &outside);
        let cookie = headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(cookie, "t=1; HttpOnly; SameSite=Lax; Path=/p/api/v1; Secure");
        fit_cookies(&mut headers, "/p", &Outside { prefix: String::new(), https: false, host: None });
        let cookie = headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(cookie, "t=1; HttpOnly; SameSite=Lax; Path=/api/v1");
    }
}
