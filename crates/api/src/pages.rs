//! The browser's files, and the answer to every path that no route knows. Paths the pages invent (`/app`, `/login`) get
//! `index.html`; paths under `/api/` are told that they do not exist.

use crate::call::run_blocking;
use crate::error::ApiError;
use crate::guard::Outside;
use crate::{App, Page, Pages};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Styles are set by scripts, pictures are also made in the page (`blob:`, `data:`), workers come as blobs; code comes
/// from us alone, and no other page may frame ours.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; \
    worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
/// The page itself; all other files belong to it.
const INDEX: &str = "index.html";
const NOT_BUILT: &str = include_str!("pages/not_built.html");

/// Answers what no route took.
pub(crate) async fn fallback(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let path = request.path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || (is_for_programs(path) && request.resource_map().has_resource(path)) {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
    }
    if is_for_programs(path) {
        return refuse(StatusCode::NOT_FOUND, "Not Found");
    }
    let prefix = Outside::seen_by(&app.web, &request).prefix;
    if path == "/" && !request.query_string().is_empty() {
        let home = format!("{prefix}/");
        return HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, home)).finish();
    }
    match find(&app.web.pages, path).await {
        Ok(Some((name, page))) if name == INDEX => answer(request.headers(), &name, page.below(&prefix)),
        Ok(Some((name, page))) => answer(request.headers(), &name, page),
        Ok(None) => refuse(StatusCode::NOT_FOUND, "Not Found"),
        Err(error) => error.error_response(),
    }
}

fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/ws/")
}

fn refuse(status: StatusCode, detail: &str) -> HttpResponse {
    ApiError::refused(status, detail).error_response()
}

/// The file for `path`, or `index.html`; `None` where a missing file must not look like a page.
async fn find(pages: &Pages, path: &str) -> Result<Option<(String, Page)>, ApiError> {
    let name = path.trim_start_matches('/').to_owned();
    if !name.is_empty()
        && let Some(page) = load(pages, &name).await?
    {
        return Ok(Some((name, page)));
    }
    if is_asset(&name) || name.starts_with("locales/") {
        return Ok(None);
    }
    let index = INDEX.to_owned();
    if let Some(page) = load(pages, &index).await? {
        return Ok(Some((index, page)));
    }
    let page = Page { bytes: Cow::Borrowed(NOT_BUILT.as_bytes()), tag: "not-built".to_owned() };
    Ok(Some((index, page)))
}

impl Page {
    /// The page for visitors who see this server below `prefix`: its addresses are relative to its `<base>`. A page
    /// without one gets one, since it is also the answer to paths with several segments.
    fn below(self, prefix: &str) -> Self {
        let Ok(text) = std::str::from_utf8(&self.bytes) else { return self };
        let base = format!("<base href=\"{prefix}/\" />");
        let text = match (text.find("<base "), text.find("<head>")) {
            (Some(start), _) => {
                let end = text[start..].find('>').map_or(text.len(), |end| start + end + 1);
                [&text[..start], &base, &text[end..]].concat()
            }
            (None, Some(head)) if !prefix.is_empty() => {
                let (before, after) = text.split_at(head + "<head>".len());
                [before, &base, after].concat()
            }
            _ => return self,
        };
        // The same file is another page below another prefix.
        let tag = if prefix.is_empty() { self.tag } else { format!("{}{}", self.tag, prefix.replace('/', "-")) };
        Self { bytes: Cow::Owned(text.into_bytes()), tag }
    }
}

async fn load(pages: &Pages, name: &str) -> Result<Option<Page>, ApiError> {
    match pages {
        Pages::Embedded(find) => Ok(find(name)),
        Pages::Folder(root) => {
            let Some(path) = inside(root, name) else { return Ok(None) };
            run_blocking(move || Ok::<_, ApiError>(read(&path))).await
        }
        Pages::None => Ok(None),
    }
}

/// The file `name` below `root`; `None` for a name that leads anywhere else.
fn inside(root: &Path, name: &str) -> Option<PathBuf> {
    let relative = Path::new(name);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !name.contains(['\\', '\0', '%'])).then(|| root.join(relative))
}

fn read(path: &Path) -> Option<Page> {
    let about = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let bytes = std::fs::read(path).ok()?;
    Some(Page { bytes: Cow::Owned(bytes), tag: format!("{:x}-{changed:x}", about.len()) })
}

/// Files the build names after their content.
fn is_asset(name: &str) -> bool {
    name.starts_with("assets/")
}

fn answer(headers: &HeaderMap, name: &str, page: Page) -> HttpResponse {
    // Weak, because the same file also goes out compressed.
    let tag = format!("W/\"{}\"", page.tag);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_fresh = known.split(',').any(|one| one.trim() == tag);
    let mut answer = if is_fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let caching = if is_asset(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, caching));
    answer.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if is_fresh {
        return answer.finish();
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let text = kind.type_() == mime_guess::mime::TEXT;
    answer.content_type(if text { format!("{kind}; charset=utf-8") } else { kind.to_string() });
    match page.bytes {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_lead_into_the_folder() {
        let root = Path::new("/srv/pages");
        assert_eq!(inside(root, "assets/app.js"), Some(root.join("assets/app.js")));
        for name in ["../secret", "/etc/passwd", "a/../../b", "a\\b", "a\0b", "%2e%2e/secret", "./a"] {
            assert_eq!(inside(root, name), None, "{name}");
        }
    }

    fn shown(page: &'static str, prefix: &str) -> String {
        let page = Page { bytes: Cow::Borrowed(page.as_bytes()), tag: "1".to_owned() }.below(prefix);
        String::from_utf8(page.bytes.into_owned()).unwrap()
    }

    #[test]
    fn a_page_says_below_which_prefix_its_addresses_lie() {
        let ours = "<head>\n<base href=\"/\" />\n<script src=\"a.js\">";
        assert_eq!(shown(ours, ""), ours);
        assert_eq!(shown(ours, "/p/q"), "<head>\n<base href=\"/p/q/\" />\n<script src=\"a.js\">");
        assert_eq!(shown("<head><title>", "/p"), "<head><base href=\"/p/\" /><title>");
        assert_eq!(shown("<head><title>", ""), "<head><title>");
        assert_eq!(shown("no page", "/p"), "no page");
    }

    #[test]
    fn only_files_named_after_their_content_are_kept_for_ever() {
        let page = || Page { bytes: Cow::Borrowed(b"x"), tag: "1".to_owned() };
        let caching =
            |name| answer(&HeaderMap::new(), name, page()).headers().get(header::CACHE_CONTROL).cloned().unwrap();
        assert_eq!(caching("assets/index-abc.js"), "public, max-age=31536000, immutable");
        assert_eq!(caching("index.html"), "no-cache");
    }
}
