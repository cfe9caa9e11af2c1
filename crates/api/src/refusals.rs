//! The table from other crates' errors to statuses and words. No match has a wildcard, so that a new variant does not
//! compile until someone chose its status.

use crate::error::ApiError;
use actix_web::http::StatusCode;
use invoke_auth::{AuthError, EmailProblem};
use invoke_graph::Problem;
use invoke_library::{FontError, ImportError, LibraryError, PictureProblem, Unreadable};
use invoke_model_manager::{HubError, ModelError};
use invoke_permissions::Denied;
use invoke_queue::QueueError;
use invoke_storage::StorageError;

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let detail = error.to_string();
        match error {
            AuthError::InvalidToken => Self::unauthorized("Invalid or expired token"),
            AuthError::AccountUnavailable => Self::unauthorized("User not found or inactive"),
            AuthError::IncorrectLogin => Self::challenge(detail),
            AuthError::AccountDisabled | AuthError::RecoveryRefused => Self::forbidden(detail),
            AuthError::SingleUserLogin | AuthError::SingleUserSetup => Self::forbidden(detail),
            AuthError::NotAnAdministrator(_) => Self::forbidden(detail),
            AuthError::AlreadyConfigured
            | AuthError::Password(_)
            | AuthError::EmailTaken { .. }
            | AuthError::LastAdministrator
            | AuthError::SystemUser
            | AuthError::CurrentPasswordMissing
            | AuthError::CurrentPasswordIncorrect => Self::bad_request(detail),
            AuthError::Email(problem) => email(&problem, ""),
            AuthError::UserNotFound | AuthError::HeirNotFound | AuthError::SignInNotFound => Self::not_found(detail),
            AuthError::Hash(_) => Self::internal("hashing a password", &detail),
            AuthError::Storage(error) => error.into(),
        }
    }
}

/// The problem with the field `email`, which held `input`.
pub(crate) fn email(problem: &EmailProblem, input: &str) -> ApiError {
    let loc = ["body".into(), "email".into()];
    ApiError::invalid(Problem::new("value_error", &loc, problem.to_string(), &input.into()))
}

/// The two families of words for a token that does not count: routes about the own account (`own`) ask for one with a
/// challenge, all others do not.
pub(crate) fn token(error: AuthError, own: bool) -> ApiError {
    match error {
        AuthError::InvalidToken if own => ApiError::challenge("Invalid or expired authentication token"),
        AuthError::AccountUnavailable if own => ApiError::challenge("User account is inactive or does not exist"),
        other => other.into(),
    }
}

impl From<LibraryError> for ApiError {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::ImageNotFound { .. } | LibraryError::UnsafeName { .. } => Self::not_found("Image not found"),
            LibraryError::FileMissing { .. } => {
                tracing::warn!("{error}");
                Self::not_found("Image not found")
            }
            LibraryError::BoardNotFound { .. } => Self::not_found("Board not found"),
            LibraryError::UserNotFound { .. } => Self::not_found("User not found"),
            LibraryError::SharedWithOwner => Self::bad_request(error.to_string()),
            LibraryError::DownloadNotFound { .. } => Self::not_found("Not Found"),
            LibraryError::ForeignDownload => Self::forbidden(error.to_string()),
            LibraryError::MoveRunning => Self::refused(StatusCode::CONFLICT, error.to_string()),
            LibraryError::Occupied { .. } => Self::internal("moving an image file", &error),
            LibraryError::UnreadablePicture(problem) => unreadable(&problem),
            LibraryError::WorkflowNotFound { .. } => Self::not_found("Workflow not found"),
            LibraryError::PresetNotFound { .. } => Self::not_found("Style preset not found"),
            LibraryError::SystemPromptNotFound { .. } => Self::not_found("System prompt not found"),
            LibraryError::NoPicture { .. } => Self::not_found("Not Found"),
            LibraryError::ShippedWorkflow { .. } => Self::forbidden("Default workflows cannot be changed"),
            LibraryError::DefaultPreset { .. } => Self::forbidden("Default style presets cannot be modified"),
            LibraryError::Document { reason } => Self::bad_request(format!("The workflow cannot be kept: {reason}")),
            LibraryError::Import(ImportError::Write(error)) => Self::internal("writing a file of presets", &error),
            LibraryError::Import(error) => Self::bad_request(error.to_string()),
            LibraryError::Denied(denied) => denied.into(),
            LibraryError::Swept { .. } => Self::refused(StatusCode::CONFLICT, error.to_string()),
            // Of the operator's commands, which no route calls.
            LibraryError::Schedule { .. } | LibraryError::TooMuchMissing { .. } => {
                Self::internal("maintaining the installation", &error)
            }
            LibraryError::File { ref source, .. } => Self::internal(&error.to_string(), source),
            LibraryError::Picture(error) => Self::internal("reading or writing a picture", &error),
            LibraryError::Storage(error) => error.into(),
        }
    }
}

/// A picture that cannot be read, in the words of the reference where it has any.
fn unreadable(problem: &Unreadable) -> ApiError {
    match problem.kind() {
        PictureProblem::TooLarge => ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, problem.to_string()),
        PictureProblem::Unsupported => ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem.to_string()),
        PictureProblem::Unreadable => {
            tracing::debug!(%problem, "an upload could not be read");
            ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Failed to read image")
        }
    }
}

impl From<FontError> for ApiError {
    fn from(error: FontError) -> Self {
        match error {
            FontError::NotFound => Self::not_found(error.to_string()),
            FontError::InvalidPath | FontError::UnsupportedFormat => Self::bad_request(error.to_string()),
        }
    }
}

impl From<ModelError> for ApiError {
    fn from(error: ModelError) -> Self {
        let detail = error.to_string();
        match error {
            ModelError::NotFound => Self::not_found(detail),
            ModelError::NotInstalled(_) => Self::bad_request(detail),
            ModelError::NoCover | ModelError::NoSuchUser => Self::not_found(detail),
            ModelError::NotConvertible(_) => Self::bad_request(detail),
            ModelError::Busy(_) | ModelError::Converting | ModelError::NotConverted(_) => {
                Self::refused(StatusCode::CONFLICT, detail)
            }
            ModelError::Picture(problem) => unreadable(&Unreadable::from(problem)),
            ModelError::NoSuchJob(id) => Self::not_found(format!("No job with id {id} known")),
            ModelError::UnsupportedSource(_) => Self::refused(StatusCode::CONFLICT, detail),
            ModelError::NothingToDownload(_) | ModelError::BadFileName(_) => {
                Self::refused(StatusCode::CONFLICT, detail)
            }
            ModelError::Hub(HubError::Unreachable(_)) => Self::refused(StatusCode::BAD_GATEWAY, detail),
            ModelError::Hub(_) => Self::refused(StatusCode::CONFLICT, detail),
            ModelError::BadKey(_) | ModelError::KeyChanged => Self::refused(StatusCode::UNPROCESSABLE_ENTITY, detail),
            ModelError::Misfit(_) | ModelError::NotAModel(_) | ModelError::FilesGone => {
                Self::refused(StatusCode::CONFLICT, detail)
            }
            ModelError::NotScanned(_) => Self::bad_request(detail),
            ModelError::OutsideSources(_) => Self::forbidden(detail),
            ModelError::Denied(denied) => denied.into(),
            ModelError::Storage(error) => error.into(),
            ModelError::File { source, .. } => Self::internal(&detail, &source),
        }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        let detail = error.to_string();
        match error {
            QueueError::Invalid(problems) => Self::Invalid(problems),
            QueueError::NotFound { .. } => Self::not_found(detail),
            QueueError::DeniedItem { item, denied } => match denied.action {
                "cancel" | "delete" => denied.into(),
                _ => Self::forbidden(format!("You do not have permission to retry queue item {item}")),
            },
            QueueError::Denied(denied) => denied.into(),
            QueueError::DeniedModel(_) => Self::forbidden(detail),
            QueueError::Session { source, .. } => Self::internal(&detail, &source),
            QueueError::Storage(error) => error.into(),
        }
    }
}

impl From<Denied> for ApiError {
    /// What may not be seen is mostly told apart from what is not there, because clients of the reference expect it: its
    /// ids cannot be guessed.
    fn from(denied: Denied) -> Self {
        Self::forbidden(match (denied.object, denied.action) {
            ("image", "view") => "Not authorized to access this image".to_owned(),
            ("image", _) => "Not authorized to modify this image".to_owned(),
            ("board", "share") => "Not authorized to share this board".to_owned(),
            ("board", "contribute to") => "Not authorized to upload to this board".to_owned(),
            ("board", _) => "Not authorized to access this board".to_owned(),
            ("workflow", "view") => "Not authorized to access this workflow".to_owned(),
            ("workflow", "delete") => "Not authorized to delete this workflow".to_owned(),
            // Whoever may edit it and is refused here is its owner.
            ("workflow", "publish") => "Only administrators may publish workflows".to_owned(),
            ("workflow", _) => "Not authorized to update this workflow".to_owned(),
            ("style preset", "view") => "Not authorized to access this style preset".to_owned(),
            ("style preset", _) => "Not authorized to modify this style preset".to_owned(),
            ("style presets", _) => "Only admins can create default presets".to_owned(),
            ("system prompt", "view") => "Not authorized to access this system prompt".to_owned(),
            ("system prompt", "delete") => "Not authorized to delete this system prompt".to_owned(),
            ("system prompt", _) => "Not authorized to update this system prompt".to_owned(),
            ("queue item", action) => format!("You do not have permission to {action} this queue item"),
            _ => "Admin privileges required".to_owned(),
        })
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        if matches!(error, StorageError::OwnerGone) {
            return Self::unauthorized("User not found or inactive");
        }
        let source = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        Self::internal("using the database", &format!("{error}{source}"))
    }
}
