//! Forms with files, part after part as they arrive; nothing is read that was not asked for, and nothing beyond a limit.

use crate::error::ApiError;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::StatusCode;
use futures_util::StreamExt as _;
use invoke_graph::Problem;
use serde_json::Value;
use std::time::Duration;

/// A client that sends nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// More parts than any form of ours has.
const MOST_PARTS: usize = 32;

/// A form that is arriving.
pub(crate) struct Form {
    /// `None` when the body is no form at all.
    parts: Option<Multipart>,
    seen: usize,
}

/// One part of it.
pub(crate) struct Part<'a> {
    field: Field,
    // The next part can only be asked for when this one is done with.
    _form: &'a mut Form,
}

impl Form {
    pub(crate) fn new(parts: Option<Multipart>) -> Self {
        Self { parts, seen: 0 }
    }

    /// The next part, none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Part<'_>>, ApiError> {
        let Some(parts) = &mut self.parts else { return Ok(None) };
        let Some(field) = patiently(parts.next()).await? else { return Ok(None) };
        let field = field.map_err(|error| unreadable(&error))?;
        self.seen += 1;
        if self.seen > MOST_PARTS {
            return Err(ApiError::bad_request("The form has too many parts"));
        }
        Ok(Some(Part { field, _form: self }))
    }

    /// A required part is not there.
    pub(crate) fn missing(name: &str) -> ApiError {
        ApiError::invalid(Problem::missing(&["body".into(), name.into()], &Value::Null))
    }
}

impl Part<'_> {
    /// What the form calls it, empty for nothing.
    pub(crate) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name of the file it was, for a file.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.field.content_disposition()?.get_filename()
    }

    /// What it says it is, empty for nothing.
    pub(crate) fn content_type(&self) -> &str {
        self.field.content_type().map_or("", |kind| kind.essence_str())
    }

    /// All of it.
    pub(crate) async fn bytes(mut self, limit: usize) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = patiently(self.field.next()).await? {
            let chunk = chunk.map_err(|error| unreadable(&error))?;
            if bytes.len() + chunk.len() > limit {
                let detail = format!("A part of the form is larger than {limit} bytes");
                return Err(ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, detail));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// All of it as text; bytes that are not UTF-8 become replacement characters.
    pub(crate) async fn text(self, limit: usize) -> Result<String, ApiError> {
        let bytes = self.bytes(limit).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Passes it over.
    pub(crate) async fn skip(mut self) -> Result<(), ApiError> {
        while let Some(chunk) = patiently(self.field.next()).await? {
            chunk.map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }
}

async fn patiently<T>(next: impl Future<Output = T>) -> Result<T, ApiError> {
    let next = tokio::time::timeout(PATIENCE, next).await;
    next.map_err(|_| ApiError::refused(StatusCode::REQUEST_TIMEOUT, "Body did not arrive in time"))
}

fn unreadable(error: &MultipartError) -> ApiError {
    ApiError::bad_request(format!("The form could not be read: {error}"))
}
