//! gzip for text. Pictures and archives are compressed already and cost time for nothing.

use crate::App;
use crate::call::run_blocking;
use crate::error::ApiError;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

/// Below this the framing and the work outweigh the gain.
const MINIMUM_SIZE: u64 = 1000;
/// From here on the work would hold up other requests of the same thread.
const BACKGROUND_SIZE: usize = 32 * 1024;
const COMPRESSIBLE: [&str; 7] = [
    "text/",
    "application/json",
    "application/javascript",
    "application/xml",
    "application/xhtml+xml",
    "application/manifest+json",
    "image/svg+xml",
];

/// Compresses an answer whose client accepts it and whose content gains by it.
pub(crate) async fn compress(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let level = app.web.compression_level;
    let wanted = level > 0 && *request.method() != Method::HEAD && accepts_gzip(request.headers());
    let response = next.call(request).await?.map_into_boxed_body();
    if level == 0 || !is_worthwhile(&response) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !wanted {
        return Ok(ServiceResponse::new(request, response.set_body(body)));
    }
    let plain = to_bytes(body).await.map_err(|error| ApiError::internal("reading the answer", &error))?;
    let packed = if plain.len() < BACKGROUND_SIZE {
        gzip(&plain, level)
    } else {
        run_blocking(move || Ok::<_, ApiError>(gzip(&plain, level))).await?
    };
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    Ok(ServiceResponse::new(request, response.set_body(packed).map_into_boxed_body()))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|entry| {
        let (name, quality) = entry.split_once(';').unwrap_or((entry, ""));
        name.trim().eq_ignore_ascii_case("gzip") && quality.trim() != "q=0"
    })
}

fn is_worthwhile<B: MessageBody>(response: &ServiceResponse<B>) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    matches!(response.response().body().size(), BodySize::Sized(size) if size >= MINIMUM_SIZE)
        && response.status() != StatusCode::PARTIAL_CONTENT
        && !headers.contains_key(header::CONTENT_ENCODING)
        && COMPRESSIBLE.iter().any(|prefix| kind.starts_with(prefix))
        && !kind.starts_with("text/event-stream")
}

fn gzip(plain: &[u8], level: u32) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(level.min(9)));
    // Writing to memory cannot fail.
    let packed = encoder.write_all(plain).and_then(|()| encoder.finish());
    packed.unwrap_or_default().into()
}
