//! What lies on boards.

pub(crate) mod add;
pub(crate) mod add_batch;
pub(crate) mod remove;
pub(crate) mod remove_batch;

use crate::error::ApiError;
use crate::routes::images::board_words;
use invoke_domain::ImageName;
use invoke_library::{Changed, LibraryError};
use serde::Serialize;
use utoipa::ToSchema;

/// What was put where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddImagesToBoardResult {
    /// The ids of boards affected by the delete operation
    affected_boards: Vec<String>,
    /// The image names that were added to the board
    #[schema(value_type = Vec<String>)]
    added_images: Vec<ImageName>,
    /// The names of authorized images that could not be added
    failed_images: Vec<String>,
}

impl From<Changed> for AddImagesToBoardResult {
    fn from(changed: Changed) -> Self {
        let affected_boards = board_words(&changed);
        Self { affected_boards, added_images: changed.images, failed_images: Vec::new() }
    }
}

/// What was taken off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemoveImagesFromBoardResult {
    /// The ids of boards affected by the delete operation
    affected_boards: Vec<String>,
    /// The image names that were removed from their board
    #[schema(value_type = Vec<String>)]
    removed_images: Vec<ImageName>,
    /// The names of authorized images that could not be removed
    failed_images: Vec<String>,
}

impl From<Changed> for RemoveImagesFromBoardResult {
    fn from(changed: Changed) -> Self {
        let affected_boards = board_words(&changed);
        Self { affected_boards, removed_images: changed.images, failed_images: Vec::new() }
    }
}

/// Refusals in the words of the reference; to anybody but an administrator an image that is not there looks like
/// somebody else's.
fn refused(is_admin: bool) -> impl FnOnce(LibraryError) -> ApiError {
    move |error| match error {
        LibraryError::Denied(denied) if denied.action == "move" => {
            ApiError::forbidden("Not authorized to move this image")
        }
        LibraryError::ImageNotFound { .. } if !is_admin => ApiError::forbidden("Not authorized to move this image"),
        LibraryError::Denied(_) => ApiError::forbidden("Not authorized to modify this board"),
        other => other.into(),
    }
}
