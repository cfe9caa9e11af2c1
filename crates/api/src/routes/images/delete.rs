//! Delete one image.

use super::ImagePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::ImageName;
use invoke_library::{Changed, LibraryError};
use serde::Serialize;
use utoipa::ToSchema;

/// What was deleted, and from where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeleteImagesResult {
    /// The ids of boards affected by the delete operation
    affected_boards: Vec<String>,
    /// The names of the images that were deleted
    deleted_images: Vec<String>,
    /// The names of the images that could not be deleted
    failed_images: Vec<String>,
}

impl From<Changed> for DeleteImagesResult {
    fn from(changed: Changed) -> Self {
        let affected_boards = super::board_words(&changed);
        let deleted_images = changed.images.into_iter().map(|name| name.0).collect();
        Self { affected_boards, deleted_images, failed_images: Vec::new() }
    }
}

/// Deletes an image and its files.
#[utoipa::path(operation_id = "delete_image", tag = "images", params(ImagePath),
    responses((status = 200, body = DeleteImagesResult)))]
#[delete("/api/v1/images/i/{image_name}")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let deleted = call
        .run(move |app, actor| {
            app.images.delete(actor, &name).map_err(|error| match error {
                // To anybody but an administrator a name that is gone looks like somebody else's.
                LibraryError::ImageNotFound { .. } if !actor.is_admin() => {
                    ApiError::forbidden("Not authorized to modify this image")
                }
                other => other.into(),
            })
        })
        .await?;
    Ok(json(&DeleteImagesResult {
        affected_boards: vec![deleted.board_id.map_or_else(|| "none".to_owned(), |id| id.0)],
        deleted_images: vec![deleted.name.0],
        failed_images: Vec::new(),
    }))
}
