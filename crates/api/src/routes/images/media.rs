//! Files with a check of access at each request: browsers may keep a picture, but must ask whether they may still show it.

use crate::App;
use crate::call::{Anyone, Call, Viewer};
use crate::error::ApiError;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use invoke_domain::ImageName;
use invoke_library::Variant;
use invoke_permissions::Actor;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Answers a file of an image to whoever may see it.
pub(super) async fn answer(call: &Call<Viewer>, name: ImageName, variant: Variant) -> Result<HttpResponse, ApiError> {
    let request = call.http();
    let head = *request.method() == Method::HEAD;
    let wanted = Wanted::of(request.headers(), head);
    let of = name.clone();
    let media = call.run(move |app, actor| read(app.images.open(actor, &of, variant)?, &wanted)).await?;
    Ok(match variant {
        Variant::Full => media.answer("image/png", Some(name.as_str()), head),
        Variant::Thumbnail => media.answer("image/webp", None, head),
    })
}

/// Answers the small picture that `find` finds, to whoever it finds it for.
pub(crate) async fn answer_picture(
    call: &Call<Viewer>,
    find: impl FnOnce(&App, &Actor) -> Result<PathBuf, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::of(call.http().headers(), false);
    let media = call.run(move |app, actor| read(open(&find(app, actor)?)?, &wanted)).await?;
    Ok(media.answer("image/webp", None, false))
}

/// Answers the small picture that `find` finds for anybody.
pub(crate) async fn answer_open_picture(
    call: &Anyone,
    find: impl FnOnce(&App) -> Result<PathBuf, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::of(call.http().headers(), false);
    let media = call.run(move |app| read(open(&find(app)?)?, &wanted)).await?;
    Ok(media.answer("image/webp", None, false))
}

fn open(path: &Path) -> Result<File, ApiError> {
    File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ApiError::not_found("Image not found"),
        _ => ApiError::internal("reading an image file", &error),
    })
}

/// What the client wants of the file.
#[derive(Debug, Clone, Default)]
struct Wanted {
    /// The versions it has.
    known: Option<String>,
    /// The part it wants.
    range: Option<String>,
    /// It wants the headers only.
    head: bool,
}

impl Wanted {
    /// What the request's headers say.
    fn of(headers: &HeaderMap, head: bool) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { known: text(header::IF_NONE_MATCH), range: text(header::RANGE), head }
    }
}

/// The file, or the part of it that is wanted. Blocks.
#[derive(Debug)]
struct Media {
    status: StatusCode,
    tag: String,
    size: u64,
    part: Option<RangeInclusive<u64>>,
    bytes: Vec<u8>,
}

/// Reads what is wanted of the file.
fn read(mut file: File, wanted: &Wanted) -> Result<Media, ApiError> {
    let failed = |error: std::io::Error| ApiError::internal("reading an image file", &error);
    let about = file.metadata().map_err(failed)?;
    let changed = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let size = about.len();
    let tag = format!("\"{size:x}-{:x}\"", changed.as_nanos());
    let mut media = Media { status: StatusCode::OK, tag, size, part: None, bytes: Vec::new() };
    if wanted.known.as_deref().is_some_and(|known| names(known, &media.tag)) {
        media.status = StatusCode::NOT_MODIFIED;
        return Ok(media);
    }
    match wanted.range.as_deref().and_then(|range| parse_range(range, size)) {
        Some(Ok(part)) => {
            media.status = StatusCode::PARTIAL_CONTENT;
            media.part = Some(part);
        }
        Some(Err(Unsatisfiable)) => {
            media.status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok(media);
        }
        None => {}
    }
    if !wanted.head {
        let part = media.part.clone().unwrap_or(0..=size.saturating_sub(1));
        file.seek(SeekFrom::Start(*part.start())).map_err(failed)?;
        file.take(part.end() - part.start() + 1).read_to_end(&mut media.bytes).map_err(failed)?;
    }
    Ok(media)
}

impl Media {
    /// The answer.
    fn answer(self, kind: &str, name: Option<&str>, head: bool) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer
            .insert_header((header::ETAG, self.tag))
            .insert_header((header::CACHE_CONTROL, "private, no-cache"))
            .insert_header((header::ACCEPT_RANGES, "bytes"));
        match (self.status, &self.part) {
            (StatusCode::NOT_MODIFIED, _) => return answer.finish(),
            (StatusCode::RANGE_NOT_SATISFIABLE, _) => {
                return answer.insert_header((header::CONTENT_RANGE, format!("bytes */{}", self.size))).finish();
            }
            (_, Some(part)) => {
                let range = format!("bytes {}-{}/{}", part.start(), part.end(), self.size);
                answer.insert_header((header::CONTENT_RANGE, range));
            }
            (_, None) => {}
        }
        answer.content_type(kind);
        if let Some(name) = name {
            answer.insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")));
        }
        if head {
            let length = self.part.map_or(self.size, |part| part.end() - part.start() + 1);
            return answer.body(SizedStream::new(length, stream::empty::<Result<Bytes, std::io::Error>>()));
        }
        answer.body(self.bytes)
    }
}

/// Whether `tag` is among the tags of an `If-None-Match`.
fn names(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// A range that lies behind the end of the file.
#[derive(Debug, PartialEq, Eq)]
struct Unsatisfiable;

/// One range of bytes; several at once, and anything else, are ignored as the standard allows.
fn parse_range(text: &str, size: u64) -> Option<Result<RangeInclusive<u64>, Unsatisfiable>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let range = if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        if length == 0 { None } else { Some(size.saturating_sub(length)..=size.saturating_sub(1)) }
    } else {
        let first: u64 = first.parse().ok()?;
        let last: u64 = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
        if last < first {
            return None;
        }
        (first < size).then(|| first..=last.min(size.saturating_sub(1)))
    };
    Some(range.filter(|_| size > 0).ok_or(Unsatisfiable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_the_file() {
        assert_eq!(parse_range("bytes=0-9", 100), Some(Ok(0..=9)));
        assert_eq!(parse_range("bytes=90-", 100), Some(Ok(90..=99)));
        assert_eq!(parse_range("bytes=90-200", 100), Some(Ok(90..=99)));
        assert_eq!(parse_range("bytes=-10", 100), Some(Ok(90..=99)));
        assert_eq!(parse_range("bytes=-1000", 100), Some(Ok(0..=99)));
    }

    #[test]
    fn a_range_behind_the_end_is_refused_and_a_senseless_one_ignored() {
        assert_eq!(parse_range("bytes=100-", 100), Some(Err(Unsatisfiable)));
        assert_eq!(parse_range("bytes=0-", 0), Some(Err(Unsatisfiable)));
        for senseless in ["bytes=9-3", "bytes=a-b", "items=0-1", "bytes=0-1,4-5"] {
            assert_eq!(parse_range(senseless, 100), None, "{senseless}");
        }
    }

    #[test]
    fn a_known_version_is_recognised_in_a_list_and_when_weakened() {
        assert!(names("\"a\", W/\"b\"", "\"b\""));
        assert!(names("*", "\"b\""));
        assert!(!names("\"a\"", "\"b\""));
    }
}
