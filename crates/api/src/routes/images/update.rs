//! Change what is known about an image.

use super::{Category, ImageDto, ImagePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, patch};
use invoke_domain::{ImageName, SessionId};
use invoke_library::{ImageChanges, LibraryError};
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change; other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ImageRecordChanges {
    /// The image's new category.
    image_category: Option<Category>,
    /// The image's new session ID.
    session_id: Option<String>,
    /// The image's new `is_intermediate` flag.
    is_intermediate: Option<bool>,
    /// The image's new `starred` state
    starred: Option<bool>,
}

/// Changes an image's category, star, session, or whether it is kept out of the gallery.
#[utoipa::path(operation_id = "update_image", tag = "images", params(ImagePath), request_body = ImageRecordChanges,
    responses((status = 200, body = ImageDto)))]
#[patch("/api/v1/images/i/{image_name}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let name = ImageName(call.path::<ImagePath>()?.image_name);
    let asked: ImageRecordChanges = call.body().await?;
    let changes = ImageChanges {
        category: asked.image_category.map(Into::into),
        is_intermediate: asked.is_intermediate,
        session_id: asked.session_id.map(SessionId),
        starred: asked.starred,
    };
    let image = call
        .run(move |app, actor| {
            app.images.update(actor, &name, &changes).map_err(|error| match error {
                // To anybody but an administrator a name that is gone looks like somebody else's.
                LibraryError::ImageNotFound { .. } if !actor.is_admin() => {
                    ApiError::forbidden("Not authorized to modify this image")
                }
                LibraryError::ImageNotFound { .. } => ApiError::bad_request("Failed to update image"),
                other => other.into(),
            })
        })
        .await?;
    Ok(json(&ImageDto::from(image)))
}
