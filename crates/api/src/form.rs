//! `multipart/form-data`: texts and files by name. The whole body is read first, bounded by what the route allows.

use crate::error::ApiError;
use actix_web::http::StatusCode;
use bytes::Bytes;
use futures_util::stream;
use invoke_graph::Problem;
use multer::{Constraints, Multipart};
use serde_json::{Value, json};
use std::convert::Infallible;

/// No form of ours has as many parts.
const MOST_PARTS: usize = 16;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<Part>);

#[derive(Debug)]
struct Part {
    name: String,
    is_file: bool,
    kind: String,
    bytes: Bytes,
}

/// A file of a form.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// What its sender says it is, in small letters; empty when nothing is said.
    pub(crate) kind: String,
    /// Its content.
    pub(crate) bytes: Bytes,
}

impl Form {
    /// Reads the form in `body`. A body of any other kind is an empty form, which then lacks what the route needs.
    pub(crate) async fn parse(content_type: &str, body: Bytes) -> Result<Self, ApiError> {
        let Ok(boundary) = multer::parse_boundary(content_type) else { return Ok(Self::default()) };
        let broken = |error: multer::Error| {
            ApiError::refused(StatusCode::BAD_REQUEST, format!("There was an error parsing the body: {error}"))
        };
        let whole = stream::once(async move { Ok::<_, Infallible>(body) });
        let mut parts = Multipart::with_constraints(whole, boundary, Constraints::new());
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            if form.0.len() == MOST_PARTS {
                return Err(ApiError::bad_request(format!("Too many fields, at most {MOST_PARTS}")));
            }
            form.0.push(Part {
                name: part.name().unwrap_or_default().to_owned(),
                is_file: part.file_name().is_some(),
                kind: part.content_type().map(|kind| kind.essence_str().to_ascii_lowercase()).unwrap_or_default(),
                bytes: part.bytes().await.map_err(broken)?,
            });
        }
        Ok(form)
    }

    /// The last part of this name, as with query parameters.
    fn part(&self, name: &str) -> Option<&Part> {
        self.0.iter().rev().find(|part| part.name == name)
    }

    /// The text under `name`, which must be there.
    pub(crate) fn text(&self, name: &str) -> Result<String, ApiError> {
        let part = self.part(name).ok_or_else(|| missing(name))?;
        let wrong = || ApiError::invalid(Problem::new("string_type", &place(name), NOT_A_TEXT, &Value::Null));
        if part.is_file {
            return Err(wrong());
        }
        String::from_utf8(part.bytes.to_vec()).map_err(|_| wrong())
    }

    /// The file under `name`, if there is one. An empty text stands for none, as browsers send it.
    pub(crate) fn upload(&self, name: &str) -> Result<Option<Upload>, ApiError> {
        let Some(part) = self.part(name) else { return Ok(None) };
        match part.is_file {
            true => Ok(Some(Upload { kind: part.kind.clone(), bytes: part.bytes.clone() })),
            false if part.bytes.is_empty() => Ok(None),
            false => {
                let sentence = "Value error, Expected UploadFile, received: <class 'str'>";
                let input = Value::from(String::from_utf8_lossy(&part.bytes).into_owned());
                let problem = Problem::new("value_error", &place(name), sentence, &input);
                Err(ApiError::invalid(problem.with(json!({ "error": {} }))))
            }
        }
    }

    /// The file under `name`, which must be there.
    pub(crate) fn required_upload(&self, name: &str) -> Result<Upload, ApiError> {
        self.upload(name)?.ok_or_else(|| missing(name))
    }
}

const NOT_A_TEXT: &str = "Input should be a valid string";

impl Upload {
    /// The bytes of what its sender calls a picture.
    pub(crate) fn picture(self) -> Result<Bytes, ApiError> {
        if self.kind.starts_with("image") {
            Ok(self.bytes)
        } else {
            Err(ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not an image"))
        }
    }
}

fn place(name: &str) -> [Value; 2] {
    ["body".into(), name.into()]
}

fn missing(name: &str) -> ApiError {
    ApiError::invalid(Problem::missing(&place(name), &Value::Null))
}
