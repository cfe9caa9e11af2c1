//! From each crate's error to a status and the words the client reads. The matches have no wildcard, so a new variant
//! does not compile until someone chose its status. What only the operator should know goes to the log, under a number
//! that the client gets.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, ResponseError};
use invoke_graph::Problem;
use serde_json::json;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Refused, with the reason.
    Refused(Refusal),
    /// Not understood: 422 and the list of problems.
    Invalid(Vec<Problem>),
    /// Our own failure, already in the log under this number.
    Internal(u64),
}

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    detail: String,
    /// Asks for a Bearer token in `WWW-Authenticate`.
    challenge: bool,
    /// Seconds after which to try again.
    retry_after: Option<i64>,
}

static FAILURES: AtomicU64 = AtomicU64::new(1);

impl ApiError {
    /// A refusal with its reason.
    pub(crate) fn refused(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal { status, detail: detail.into(), challenge: false, retry_after: None })
    }

    /// 401 that asks for a Bearer token.
    pub(crate) fn challenge(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Refused(Refusal { status: StatusCode::UNAUTHORIZED, detail, challenge: true, retry_after: None })
    }

    /// 429 that says after how many seconds to try again.
    pub(crate) fn too_often(detail: impl Into<String>, seconds: i64) -> Self {
        let (status, detail) = (StatusCode::TOO_MANY_REQUESTS, detail.into());
        Self::Refused(Refusal { status, detail, challenge: false, retry_after: Some(seconds) })
    }

    /// 401 without a challenge.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::UNAUTHORIZED, detail)
    }

    /// 400.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, detail)
    }

    /// 403.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::FORBIDDEN, detail)
    }

    /// 404.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::NOT_FOUND, detail)
    }

    /// One problem with a request.
    pub(crate) fn invalid(problem: Problem) -> Self {
        Self::Invalid(vec![problem])
    }

    /// 500. `doing` names what failed; both go to the log only.
    pub(crate) fn internal(doing: &str, error: &dyn fmt::Display) -> Self {
        let number = FAILURES.fetch_add(1, Ordering::Relaxed);
        tracing::error!(number, "{doing}: {error}");
        Self::Internal(number)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{}: {}", refusal.status, refusal.detail),
            Self::Invalid(problems) => write!(f, "422: {} problems", problems.len()),
            Self::Internal(number) => write!(f, "500: failure {number}"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::build(self.status_code());
        match self {
            Self::Refused(refusal) => {
                if refusal.challenge {
                    answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
                }
                if let Some(seconds) = refusal.retry_after {
                    answer.insert_header((header::RETRY_AFTER, seconds));
                }
                answer.json(json!({ "detail": refusal.detail }))
            }
            Self::Invalid(problems) => answer.json(json!({ "detail": problems })),
            Self::Internal(number) => answer
                .insert_header((HeaderName::from_static("x-failure"), *number))
                .content_type("text/plain; charset=utf-8")
                .body("Internal Server Error"),
        }
    }
}
